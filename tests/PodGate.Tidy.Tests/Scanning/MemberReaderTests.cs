namespace PodGate.Tidy.Scanning;

public sealed class MemberReaderTests
{
    private const string Sample = """
        namespace A.B;

        [Some("x")]
        public sealed class Outer<T>(int a) : Base(a) where T : class
        {
            private static readonly int[] Table =
            [
                1,
                2,
            ];

            private readonly Dictionary<string, int> _more = new()
            {
                ["{"] = 1,
            };

            /// <summary>Not counted.</summary>
            [Fact]
            public async Task<int> LongAsync(int b = 1)
            {
                void Local()
                {
                }

                return await Do(() => { Local(); });
            }

            public int Short => 1;

            public int Auto { get; } =
                1;

            public string Switch(int x) => x switch
            {
                1 => "}",
                _ => "b",
            };

            public static bool operator ==(Outer<T> a, Outer<T> b) =>
                true;

            private enum Kind { A, B }

            private record struct Inner(int X)
            {
                public Inner() : this(1)
                {
                }
            }

            private interface IOne { void M(); }
        }
        """;

    [Fact]
    public void Read_OfAType_FindsItsMembersWithTheirLengths() =>
        MemberReader.Read(new SourceFile("x.cs", Sample)).Select(member => (member.Name, member.Lines)).Should().Equal(
            ("LongAsync", 9), ("Short", 1), ("Auto", 2), ("Switch", 5), ("operator", 2), ("Inner", 3), ("M", 1));

    [Fact]
    public void Read_OfABrokenText_Ends()
    {
        for (var length = 0; length < Sample.Length; length++)
        {
            _ = MemberReader.Read(new SourceFile("x.cs", Sample[..length]));
        }
    }
}
