using System.Globalization;
using System.Text;
using Tables = System.Collections.Generic.Dictionary<string, object>;

namespace Temporalio.Common.EnvConfig;

/// <summary>
/// Reads the part of TOML that configuration files of Temporal use: tables, dotted keys, texts of all four kinds, truth values and whole
/// numbers.
/// </summary>
internal sealed class TomlReader
{
    private readonly string _text;
    private readonly string? _place;
    private int _at;

    private TomlReader(string text, string? place)
    {
        _text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        _place = place;
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="InvalidOperationException">It is not of that part of TOML; the message names file and line.</exception>
    public static Tables Read(string text, string? place) => new TomlReader(text, place).ReadAll();

    private Tables ReadAll()
    {
        var root = new Tables();
        var table = root;
        while (true)
        {
            SkipEmptyLines();
            if (_at >= _text.Length)
            {
                return root;
            }

            if (_text[_at] == '[')
            {
                _at++;
                table = root;
                foreach (var name in Keys(']'))
                {
                    table = Child(table, name);
                }
            }
            else
            {
                var names = Keys('=');
                var target = names.Take(names.Count - 1).Aggregate(table, Child);
                SkipSpaces();
                if (!target.TryAdd(names[^1], Value()))
                {
                    throw Wrong($"'{names[^1]}' is given twice");
                }
            }

            EndOfLine();
        }
    }

    private Tables Child(Tables table, string name)
    {
        if (!table.TryGetValue(name, out var value))
        {
            table[name] = value = new Tables();
        }

        return value as Tables ?? throw Wrong($"'{name}' is a value and a table");
    }

    private List<string> Keys(char end)
    {
        var names = new List<string>();
        while (true)
        {
            SkipSpaces();
            names.Add(Key());
            SkipSpaces();
            var next = Next();
            if (next == end)
            {
                return names;
            }

            if (next != '.')
            {
                throw Wrong($"'{end}' is missing");
            }
        }
    }

    private string Key()
    {
        if (_at < _text.Length && _text[_at] is '"' or '\'')
        {
            return Text();
        }

        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-'))
        {
            _at++;
        }

        return _at > start ? _text[start.._at] : throw Wrong("a name is missing");
    }

    private object Value()
    {
        if (_at < _text.Length && _text[_at] is '"' or '\'')
        {
            return Text();
        }

        var start = _at;
        while (_at < _text.Length && _text[_at] is not ('\n' or '#'))
        {
            _at++;
        }

        var word = _text[start.._at].Trim();
        return word switch
        {
            "true" => true,
            "false" => false,
            _ when long.TryParse(
                    word.Replace("_", string.Empty, StringComparison.Ordinal),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var number
                ) => number,
            _ => throw Wrong($"'{word}' is no text, truth value or whole number"),
        };
    }

    private string Text()
    {
        var quote = _text[_at];
        var literal = quote == '\'';
        var triple = new string(quote, 3);
        var many = string.CompareOrdinal(_text, _at, triple, 0, 3) == 0;
        _at += many ? 3 : 1;
        if (many && _at < _text.Length && _text[_at] == '\n')
        {
            _at++;
        }

        var result = new StringBuilder();
        while (true)
        {
            if (many && string.CompareOrdinal(_text, _at, triple, 0, 3) == 0)
            {
                _at += 3;
                return result.ToString();
            }

            var next = Next();
            if (!many && next == quote)
            {
                return result.ToString();
            }

            if (next == '\n' && !many)
            {
                throw Wrong("a text has no end");
            }

            if (next == '\\' && !literal)
            {
                Escape(result, many);
            }
            else
            {
                result.Append(next);
            }
        }
    }

    private void Escape(StringBuilder result, bool many)
    {
        var kind = Next();
        switch (kind)
        {
            case 'n':
                result.Append('\n');
                break;
            case 't':
                result.Append('\t');
                break;
            case 'r':
                result.Append('\r');
                break;
            case 'b':
                result.Append('\b');
                break;
            case 'f':
                result.Append('\f');
                break;
            case '"' or '\\':
                result.Append(kind);
                break;
            case 'u' or 'U':
                var digits = kind == 'u' ? 4 : 8;
                if (
                    _at + digits > _text.Length
                    || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var point)
                    || !Rune.IsValid(point)
                )
                {
                    throw Wrong("a character's number is wrong");
                }

                result.Append(new Rune(point).ToString());
                _at += digits;
                break;
            case '\n' when many:
                while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
                {
                    _at++;
                }

                break;
            default:
                throw Wrong($"'\\{kind}' is not known");
        }
    }

    private char Next() => _at < _text.Length ? _text[_at++] : throw Wrong("the text ends too early");

    private void SkipSpaces()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    private void SkipEmptyLines()
    {
        while (_at < _text.Length && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '#'))
        {
            if (_text[_at] == '#')
            {
                SkipComment();
            }
            else
            {
                _at++;
            }
        }
    }

    private void SkipComment()
    {
        while (_at < _text.Length && _text[_at] != '\n')
        {
            _at++;
        }
    }

    private void EndOfLine()
    {
        SkipSpaces();
        if (_at < _text.Length && _text[_at] == '#')
        {
            SkipComment();
        }

        if (_at < _text.Length && _text[_at] != '\n')
        {
            throw Wrong("there is more on the line");
        }
    }

    private InvalidOperationException Wrong(string what) =>
        new($"{_place}, line {_text.AsSpan(0, Math.Max(0, _at - 1)).Count('\n') + 1}: {what}; it is no TOML that can be read.");
}
