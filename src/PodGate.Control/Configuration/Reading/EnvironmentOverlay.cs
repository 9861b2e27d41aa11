using System.Globalization;

namespace PodGate.Control.Configuration.Reading;

/// <summary>
/// Lays the environment over the file: <c>PODGATE__Section__Key</c> takes the place of what the file says. A list in the
/// environment takes the place of the whole list, so that nobody ends up with half of each.
/// </summary>
internal static class EnvironmentOverlay
{
    /// <summary>What begins so is PodGate's, and an unknown one is an error.</summary>
    public const string Prefix = "PODGATE__";

    private const string Separator = "__";

    /// <summary>The variable of a key.</summary>
    public static string VariableOf(string path) => Prefix + path.Replace(".", Separator, StringComparison.Ordinal);

    /// <summary>Changes the tree by all variables that are PodGate's.</summary>
    public static void Lay(WrittenValue root, IReadOnlyDictionary<string, string> environment, Findings findings)
    {
        var lists = new SortedDictionary<string, SortedDictionary<int, WrittenValue>>(StringComparer.Ordinal);
        foreach (var (variable, value) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            var place = new ConfigurationPlace(variable, 0, 0);
            var parts = variable[Prefix.Length..].Split(Separator);
            if (Find(parts, place, findings) is not (var key, var rest))
                continue;
            var written = new WrittenValue(WrittenKind.Variable, place, value);
            if (key.IsList)
                AddItem(lists, key, rest, written, findings);
            else if (rest.Length > 0)
                findings.Error(place, key.Path, "takes one value", $"write {VariableOf(key.Path)}");
            else
                Put(root, key, written);
        }

        foreach (var (path, items) in lists)
            PutList(root, ConfigurationKeys.ByPath[path], items, findings);
    }

    private static (ConfigurationKey Key, string[] Tail)? Find(string[] parts, ConfigurationPlace place, Findings findings)
    {
        var isOfRoot = ConfigurationKeys.ByPath.TryGetValue(parts[0], out var key);
        if (isOfRoot || (parts.Length > 1 && ConfigurationKeys.ByPath.TryGetValue($"{parts[0]}.{parts[1]}", out key)))
        {
            if (!key!.IsFileOnly)
                return (key, parts[(isOfRoot ? 1 : 2)..]);
            findings.Error(place, key.Path, "come from the file only", "write them there, and take the variable away");
            return null;
        }

        var names = ConfigurationKeys.NamesIn(parts[0]);
        if (parts.Length == 1 && names.Count > 0)
            findings.Error(
                place,
                "",
                "is a section",
                $"set one of its keys: {string.Join(", ", names.Select(name => VariableOf($"{parts[0]}.{name}")))}");
        else
            findings.Error(place, "", "is not a key", Suggest(parts));
        return null;
    }

    private static string Suggest(string[] parts)
    {
        var known = ConfigurationKeys.All.Where(key => !key.IsFileOnly).Select(key => key.Path).ToList();
        var near = Suggestion.Nearest(string.Join('.', parts), known) ?? Suggestion.Nearest(parts[^1], known);
        return near is null
            ? $"take it away; what begins with {Prefix} is read as a key of the configuration"
            : $"did you mean {VariableOf(near)}{(ConfigurationKeys.ByPath[near].IsList ? "__0" : "")}?";
    }

    private static void AddItem(
        SortedDictionary<string, SortedDictionary<int, WrittenValue>> lists,
        ConfigurationKey key,
        string[] rest,
        WrittenValue written,
        Findings findings)
    {
        var isItem = rest.Length is 1 or 2 && rest[0].Length <= 3 && int.TryParse(
            rest[0],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out _);
        if (!isItem || (rest.Length == 2 && key.ItemKeys.Count == 0))
        {
            findings.Error(
                written.Place,
                key.Path,
                "is a list",
                $"write one variable an entry: {VariableOf(key.Path)}__0, {VariableOf(key.Path)}__1, ...");
            return;
        }

        if (!lists.TryGetValue(key.Path, out var items))
            lists[key.Path] = items = [];
        var index = int.Parse(rest[0], CultureInfo.InvariantCulture);
        var item = rest.Length == 1 ? written : new WrittenValue(WrittenKind.Object, written.Place);
        if (!items.TryAdd(index, item))
        {
            item = items[index];
            if (item.Kind != WrittenKind.Object || rest.Length == 1)
            {
                findings.Error(written.Place, $"{key.Path}[{index}]", "is given twice", $"keep {item.Place} or this variable");
                return;
            }
        }

        if (rest.Length == 2)
            item.Members.Add(new(rest[1], written.Place, written));
    }

    private static void PutList(
        WrittenValue root,
        ConfigurationKey key,
        SortedDictionary<int,
        WrittenValue> items,
        Findings findings)
    {
        var list = new WrittenValue(WrittenKind.Array, items.First().Value.Place);
        foreach (var (index, item) in items)
        {
            if (index != list.Items.Count)
            {
                findings.Error(item.Place, key.Path, $"has no entry {list.Items.Count}", "number the variables from 0, without gaps");
                return;
            }

            list.Items.Add(item);
        }

        Put(root, key, list);
    }

    private static void Put(WrittenValue root, ConfigurationKey key, WrittenValue value)
    {
        var parent = root;
        if (key.Section.Length > 0)
        {
            if (root.Find(key.Section) is not { } section)
                root.Members.Add(section = new(key.Section, value.Place, new(WrittenKind.Object, value.Place)));
            parent = section.Value;
        }

        // A section that is no object gets its complaint when it is read.
        parent.Members.RemoveAll(member => member.Name == key.Name);
        parent.Members.Add(new(key.Name, value.Place, value));
    }
}
