namespace PodGate.Tidy.Scanning;

internal enum CharKind : byte
{
    Code,
    Comment,
    Literal,
    Directive,
}

/// <summary>
/// Tells code from comments, literals and directives, character by character. Knows regular, verbatim, raw and interpolated strings with
/// holes to any depth. It is no compiler: on text that would not compile it only promises to reach the end.
/// </summary>
internal sealed class CSharpScanner
{
    private readonly string _text;
    private readonly CharKind[] _kinds;
    private int _at;

    private CSharpScanner(string text)
    {
        _text = text;
        _kinds = new CharKind[text.Length];
    }

    public static CharKind[] Scan(string text)
    {
        var scanner = new CSharpScanner(text);
        scanner.ScanCode(inHole: false);
        return scanner._kinds;
    }

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private void Take(CharKind kind, int count = 1)
    {
        for (; count > 0 && _at < _text.Length; count--)
        {
            _kinds[_at++] = kind;
        }
    }

    private int Run(char of)
    {
        var length = 0;
        while (Peek(length) == of)
        {
            length++;
        }

        return length;
    }

    /// <summary>Scans code to the end of the text, or in a hole up to (not including) the brace that closes it.</summary>
    private void ScanCode(bool inHole)
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            var current = Peek();
            if (current == '#' && !inHole && IsFirstOnLine())
            {
                TakeLine(CharKind.Directive);
            }
            else if (current == '/' && Peek(1) == '/')
            {
                TakeLine(CharKind.Comment);
            }
            else if (current == '/' && Peek(1) == '*')
            {
                var end = _text.IndexOf("*/", Math.Min(_at + 2, _text.Length), StringComparison.Ordinal);
                Take(CharKind.Comment, (end < 0 ? _text.Length : end + 2) - _at);
            }
            else if (current == '\'')
            {
                ScanChar();
            }
            else if (current is '"' or '$' or '@' && StartsString(out var prefix))
            {
                ScanString(prefix);
            }
            else
            {
                if (inHole && current == '}' && depth == 0)
                {
                    return;
                }

                depth += current == '{' ? 1 : current == '}' ? -1 : 0;
                Take(CharKind.Code);
            }
        }
    }

    private bool IsFirstOnLine()
    {
        var at = _at - 1;
        while (at >= 0 && _text[at] is ' ' or '\t')
        {
            at--;
        }

        return at < 0 || _text[at] == '\n';
    }

    private void TakeLine(CharKind kind)
    {
        var end = _text.IndexOf('\n', _at);
        Take(kind, (end < 0 ? _text.Length : end) - _at);
    }

    private void ScanChar()
    {
        // '\u00e9' is the longest there is; anything that does not close soon is a stray apostrophe.
        var length = Peek(1) == '\\' ? 3 : 2;
        while (length < 12 && Peek(length) is not ('\'' or '\n' or '\0'))
        {
            length++;
        }

        Take(Peek(length) == '\'' ? CharKind.Literal : CharKind.Code, Peek(length) == '\'' ? length + 1 : 1);
    }

    private bool StartsString(out string prefix)
    {
        var length = 0;
        while (Peek(length) is '$' or '@')
        {
            length++;
        }

        prefix = _text.Substring(_at, length);
        return Peek(length) == '"';
    }

    private void ScanString(string prefix)
    {
        var dollars = prefix.Count(c => c == '$');
        var isVerbatim = prefix.Contains('@', StringComparison.Ordinal);
        Take(CharKind.Literal, prefix.Length);
        var quotes = Run('"');
        if (!isVerbatim && quotes >= 3)
        {
            Take(CharKind.Literal, quotes);
            ScanRaw(quotes, dollars);
        }
        else
        {
            Take(CharKind.Literal);
            ScanQuoted(isVerbatim, dollars > 0);
        }
    }

    private void ScanQuoted(bool isVerbatim, bool hasHoles)
    {
        while (_at < _text.Length)
        {
            var current = Peek();
            if (current == '"')
            {
                var isEscape = isVerbatim && Peek(1) == '"';
                Take(CharKind.Literal, isEscape ? 2 : 1);
                if (!isEscape)
                {
                    return;
                }
            }
            else if (current == '\n' && !isVerbatim)
            {
                return;
            }
            else if (hasHoles && current == '{' && Peek(1) != '{')
            {
                ScanHole(braces: 1);
            }
            else
            {
                var isPair = (current == '\\' && !isVerbatim) || (hasHoles && current is '{' or '}' && Peek(1) == current);
                Take(CharKind.Literal, isPair ? 2 : 1);
            }
        }
    }

    private void ScanRaw(int quotes, int dollars)
    {
        while (_at < _text.Length)
        {
            if (Run('"') >= quotes)
            {
                Take(CharKind.Literal, Run('"'));
                return;
            }

            if (dollars > 0 && Run('{') >= dollars)
            {
                ScanHole(Run('{'));
            }
            else
            {
                Take(CharKind.Literal, Math.Max(1, Math.Max(Run('"'), Run('{'))));
            }
        }
    }

    private void ScanHole(int braces)
    {
        Take(CharKind.Literal, braces);
        ScanCode(inHole: true);
        Take(CharKind.Literal, Math.Min(braces, Run('}')));
    }
}
