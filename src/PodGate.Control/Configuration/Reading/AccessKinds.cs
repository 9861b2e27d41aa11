using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>The keys that say who comes in at the admin port without a token: users of this machine at its socket, and owners of certificates.</summary>
internal static class AccessKinds
{
    /// <summary>How many users and groups there may be.</summary>
    public const int MostRoles = 64;

    /// <summary>How many certificates there may be.</summary>
    public const int MostCertificates = 1000;

    private const int LongestUser = 65;
    private const int LongestSubject = 256;

    private static readonly ChoiceKind<string> Role = new("a role", ("viewer", "viewer"), ("operator", "operator"), ("administrator", "administrator"));

    private static readonly NamedKind<string> Roles = new(
        Role,
        name => name is { Length: > 0 and <= LongestUser } and not "@" && !name.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))
            ? null
            : new("is not the name of a user or group", "write a user's name, or \"@\" and a group's, such as \"@operators\""),
        "an object of roles",
        "write users, or \"@\" and groups, with their roles, such as { \"anna\": \"operator\", \"@oncall\": \"viewer\" }",
        "users and groups",
        MostRoles,
        StringComparer.Ordinal);

    private static readonly NamedKind<CertificateOwner> Certificates = new(
        new OwnerKind(),
        name => name is { Length: > 0 and <= LongestSubject } && !name.Any(char.IsControl)
            ? null
            : new("is not what a certificate says", "write its common name, or the URI or e-mail address in its alternative names"),
        "an object of certificates",
        "write what certificates say with whose they are, such as { \"ci.example.com\": { \"Name\": \"ci\", \"Role\": \"operator\" } }",
        "certificates",
        MostCertificates,
        StringComparer.Ordinal);

    /// <summary>The rows of the table of keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.Of(
            "Admin.AllowPlainHttp",
            new FlagKind(),
            c => c.Admin.AllowPlainHttp,
            (c, v) => c with { Admin = c.Admin with { AllowPlainHttp = v } },
            restart: true),
        ConfigurationKey.OfTextOrNull(
            "Admin.Socket",
            ListenKind.MakePath(orNull: true, "the state directory"),
            c => c.Admin.Socket,
            (c, v) => c with { Admin = c.Admin with { Socket = v } },
            restart: true),
        ConfigurationKey.Of(
            "Admin.SocketMode", new ModeKind(), c => c.Admin.SocketMode, (c, v) => c with { Admin = c.Admin with { SocketMode = v } }, restart: true),
        ConfigurationKey.Of("Admin.SocketRoles", Roles, c => c.Admin.SocketRoles, (c, v) => c with { Admin = c.Admin with { SocketRoles = v } }),
        ConfigurationKey.OfTextOrNull(
            "Admin.ClientCa",
            ListenKind.MakePath(orNull: true),
            c => c.Admin.ClientCa,
            (c, v) => c with { Admin = c.Admin with { ClientCa = v } },
            restart: true),
        ConfigurationKey.Of("Admin.Certificates", Certificates, c => c.Admin.Certificates, (c, v) => c with { Admin = c.Admin with { Certificates = v } }),
    ];

    /// <summary>A file's permissions, as chmod takes them.</summary>
    private sealed class ModeKind : ValueKind<UnixFileMode>
    {
        private const UnixFileMode OwnerConnects = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        private const int Permissions = 0x1FF; // 0777

        public override string Name => "a file's permissions";

        protected override string Example => "write four octal digits, such as \"0600\" or \"0660\"; the owner reads and writes";

        public override bool TryRead(WrittenValue written, string key, Findings findings, out UnixFileMode value)
        {
            value = default;
            if (!written.IsText || written.Text.Length != 4 || !written.Text.All(digit => digit is >= '0' and <= '7'))
                return Refuse(written, key, findings);
            var number = written.Text.Aggregate(0, (sum, digit) => (sum * 8) + (digit - '0'));
            value = (UnixFileMode)(number & Permissions);
            if (number > Permissions)
                return Refuse(written, key, findings, $"{written.Quoted} has bits set that mean nothing to a socket");
            return (value & OwnerConnects) == OwnerConnects || Refuse(written, key, findings, $"{written.Quoted} keeps the gate's own user out");
        }

        public override string Show(UnixFileMode value) => $"\"{Convert.ToString((int)value, 8).PadLeft(4, '0')}\"";
    }

    /// <summary>Whose a certificate is.</summary>
    private sealed class OwnerKind() : ObjectKind<CertificateOwner>(
        "an owner",
        "write { \"Name\": \"ci\", \"Role\": \"operator\" }",
        new CertificateOwner("", ""),
        ObjectMember<CertificateOwner>.Of(
            "Name",
            new TextKind("a name", $"write {CallerName.Rule}", text => CallerName.IsFree(text) ? null : ""),
            owner => owner.Name,
            (owner, name) => owner with { Name = name }),
        ObjectMember<CertificateOwner>.Of("Role", new OwnRole(), owner => owner.Role, (owner, role) => owner with { Role = role }))
    {
        protected override bool HasShape(WrittenValue written, string key, Findings findings)
        {
            if (written.Find("Name") is not null && written.Find("Role") is not null)
                return true;
            findings.Error(written.Place, key, $"has no {(written.Find("Name") is null ? "Name" : "Role")}", Example);
            return false;
        }

        /// <summary>As <see cref="Role"/>, and nothing while there is none yet.</summary>
        private sealed class OwnRole : ValueKind<string>
        {
            public override string Name => Role.Name;

            protected override string Example => Role.Remedy;

            public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out string? value) =>
                Role.TryRead(written, key, findings, out value);

            public override string Show(string value) => $"\"{value}\"";
        }
    }
}
