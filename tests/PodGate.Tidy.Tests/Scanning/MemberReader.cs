using System.Text;
using System.Text.RegularExpressions;

namespace PodGate.Tidy.Scanning;

/// <summary>A method, constructor, property, operator or the like, from its first attribute or modifier to its last brace or semicolon.</summary>
internal sealed record Member(string Name, int Position, int Lines);

/// <summary>
/// Finds the members of the types in a file by matching brackets. Fields with initial values are data, however long, and are left out;
/// local functions count to the method they are in.
/// </summary>
internal static partial class MemberReader
{
    public static IReadOnlyList<Member> Read(SourceFile file)
    {
        var members = new List<Member>();
        ReadBody(file, 0, file.Code.Length, members);
        return members;
    }

    private static void ReadBody(SourceFile file, int from, int to, List<Member> members)
    {
        var at = from;
        while (true)
        {
            while (at < to && (char.IsWhiteSpace(file.Code[at]) || file.Code[at] is ';' or ','))
            {
                at++;
            }

            if (at >= to)
            {
                return;
            }

            at = ReadOne(file, at, to, members);
        }
    }

    private static int ReadOne(SourceFile file, int start, int to, List<Member> members)
    {
        var code = file.Code;
        var header = new StringBuilder();
        var isData = false;
        var hasArrow = false;
        var hasBlock = false;
        var end = to;
        for (var at = start; at < to; at++)
        {
            var current = code[at];
            if (current == '{' && !isData && !hasArrow && !hasBlock)
            {
                var close = Math.Min(file.Closing(at), to);
                if (IsTypeHeader().Match(BeforeConstraints(header)) is { Success: true } type)
                {
                    if (type.Groups[1].Value != "enum")
                    {
                        ReadBody(file, at + 1, close, members);
                    }

                    return close + 1;
                }

                // A property may go on with an initial value: { get; } = 1;
                var next = close + 1;
                while (next < to && char.IsWhiteSpace(code[next]))
                {
                    next++;
                }

                at = close;
                end = close + 1;
                hasBlock = true;
                if (next >= to || code[next] != '=')
                {
                    break;
                }
            }
            else if (current is '(' or '[' or '{')
            {
                header.Append(current);
                at = Math.Min(file.Closing(at), to) - 1;
            }
            else if (current == ';')
            {
                end = at + 1;
                break;
            }
            else
            {
                hasArrow |= current == '=' && Next(code, at) == '>';
                isData |= !hasArrow && !hasBlock && current == '=' && Next(code, at) != '=' && !(at > start && code[at - 1] is '=' or '!' or '<' or '>');
                header.Append(current);
            }
        }

        if (!isData && !IsTypeHeader().IsMatch(BeforeConstraints(header)))
        {
            members.Add(new Member(NameOf(header.ToString()), start, file.LineAt(end - 1) - file.LineAt(start) + 1));
        }

        return end;
    }

    private static char Next(string code, int at) => at + 1 < code.Length ? code[at + 1] : '\0';

    private static string BeforeConstraints(StringBuilder header) => Constraints().Split(header.ToString(), 2)[0];

    private static string NameOf(string header)
    {
        header = header.Split("=>")[0];
        var match = NameBeforeParenthesis().Match(header);
        match = match.Success ? match : LastWord().Match(header);
        return match.Success ? match.Groups[1].Value : "?";
    }

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|namespace|extension)\b\s*[A-Za-z_(]")]
    private static partial Regex IsTypeHeader();

    [GeneratedRegex(@"\bwhere\b")]
    private static partial Regex Constraints();

    [GeneratedRegex(@"(?!(?:public|internal|protected|private|static|readonly|override)\b)\b([A-Za-z_]\w*)\s*(?:<[^()]*>)?\s*\(")]
    private static partial Regex NameBeforeParenthesis();

    [GeneratedRegex(@"([A-Za-z_]\w*)[^\w]*(?:=.*)?$", RegexOptions.Singleline)]
    private static partial Regex LastWord();
}
