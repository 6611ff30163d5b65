using System.Text;

namespace Temporal.Server.Visibility.Query;

/// <summary>Splits the text of a query into tokens.</summary>
internal sealed class VisibilityQueryLexer(string text, int offset)
{
    // Reserved words, which are names only in backquotes.
    private static readonly HashSet<string> Keywords =
    [
        "all",
        "and",
        "as",
        "asc",
        "between",
        "by",
        "case",
        "cross",
        "desc",
        "distinct",
        "else",
        "end",
        "exists",
        "false",
        "for",
        "from",
        "group",
        "having",
        "if",
        "in",
        "inner",
        "interval",
        "into",
        "is",
        "join",
        "left",
        "like",
        "limit",
        "not",
        "null",
        "offset",
        "on",
        "or",
        "order",
        "outer",
        "regexp",
        "right",
        "rlike",
        "select",
        "set",
        "starts_with",
        "table",
        "then",
        "true",
        "union",
        "update",
        "using",
        "values",
        "when",
        "where",
        "with",
        "xor",
    ];

    private static readonly string[] Symbols =
    [
        "<=>",
        "<=",
        "<>",
        ">=",
        "!=",
        "=",
        "<",
        ">",
        "(",
        ")",
        ",",
        "-",
        "+",
        "*",
        "/",
        "%",
        ".",
        ";",
        "!",
    ];

    private int _at;

    public static bool IsKeyword(string name) => Keywords.Contains(name.ToLowerInvariant());

    /// <summary>Returns the next token, or the end token if no token is left.</summary>
    public Token Next()
    {
        while (SkipBlank()) { }

        if (_at >= text.Length)
        {
            return Make(VisibilityQueryTokenKind.End, "");
        }

        var c = text[_at];
        return c switch
        {
            '\'' or '"' => Quoted(c),
            '`' => Backquoted(),
            _ when char.IsAsciiDigit(c) || (c == '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1])) => Number(),
            _ when char.IsLetter(c) || c is '_' or '@' => Word(),
            _ => Symbol(),
        };
    }

    /// <summary>Skips one white-space character or one comment. Returns false if neither comes next.</summary>
    private bool SkipBlank()
    {
        if (_at >= text.Length)
        {
            return false;
        }

        if (char.IsWhiteSpace(text[_at]))
        {
            _at++;
            return true;
        }

        var (opening, closing) =
            string.CompareOrdinal(text, _at, "-- ", 0, 3) == 0 ? (3, "\n")
            : string.CompareOrdinal(text, _at, "/*", 0, 2) == 0 ? (2, "*/")
            : (0, "");
        if (opening == 0)
        {
            return false;
        }

        var end = text.IndexOf(closing, _at + opening, StringComparison.Ordinal);
        _at = end < 0 ? text.Length : end + closing.Length;
        return true;
    }

    private Token Make(VisibilityQueryTokenKind kind, string value) => new(kind, value, offset + _at + 1);

    private Token Quoted(char quote)
    {
        var value = new StringBuilder();
        for (_at++; _at < text.Length; _at++)
        {
            var c = text[_at];
            if (c == quote)
            {
                if (_at + 1 < text.Length && text[_at + 1] == quote)
                {
                    value.Append(quote);
                    _at++;
                    continue;
                }

                _at++;
                return Make(VisibilityQueryTokenKind.String, value.ToString());
            }

            if (c == '\\' && _at + 1 < text.Length)
            {
                value.Append(Unescape(text[++_at]));
                continue;
            }

            value.Append(c);
        }

        return Make(VisibilityQueryTokenKind.Invalid, value.ToString());
    }

    // Escape sequences of MySQL strings.
    private static char Unescape(char c) =>
        c switch
        {
            '0' => '\0',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\b',
            'Z' => '\x1a',
            _ => c,
        };

    private Token Backquoted()
    {
        var end = text.IndexOf('`', _at + 1);
        var name = end < 0 ? text[(_at + 1)..] : text[(_at + 1)..end];
        _at = end < 0 ? text.Length : end + 1;
        return Make(end < 0 || name.Length == 0 ? VisibilityQueryTokenKind.Invalid : VisibilityQueryTokenKind.Identifier, name);
    }

    private Token Number()
    {
        var start = _at;
        var isFloat = false;
        SkipDigits();
        if (_at < text.Length && text[_at] == '.')
        {
            isFloat = true;
            _at++;
            SkipDigits();
        }

        if (_at < text.Length && text[_at] is 'e' or 'E')
        {
            isFloat = true;
            _at++;
            if (_at < text.Length && text[_at] is '+' or '-')
            {
                _at++;
            }

            SkipDigits();
        }

        // A number immediately followed by a letter is invalid.
        var kind =
            _at < text.Length && (char.IsLetter(text[_at]) || text[_at] == '_') ? VisibilityQueryTokenKind.Invalid
            : isFloat ? VisibilityQueryTokenKind.Float
            : VisibilityQueryTokenKind.Integer;
        return Make(kind, text[start.._at]);
    }

    private void SkipDigits()
    {
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }
    }

    private Token Word()
    {
        var start = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '@' or '$'))
        {
            _at++;
        }

        var word = text[start.._at];
        return IsKeyword(word)
            ? Make(VisibilityQueryTokenKind.Keyword, word.ToLowerInvariant())
            : Make(VisibilityQueryTokenKind.Identifier, word);
    }

    private Token Symbol()
    {
        // Alternative spellings of 'and' and 'or'.
        if (string.CompareOrdinal(text, _at, "&&", 0, 2) == 0 || string.CompareOrdinal(text, _at, "||", 0, 2) == 0)
        {
            _at += 2;
            return Make(VisibilityQueryTokenKind.Keyword, text[_at - 1] == '&' ? "and" : "or");
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) == 0)
            {
                _at += symbol.Length;
                return Make(VisibilityQueryTokenKind.Symbol, symbol);
            }
        }

        _at++;
        return Make(VisibilityQueryTokenKind.Invalid, "");
    }
}
