using System.Text;

namespace Orchestrator.Plans.Readers.Documents;

/// <content>What stands on one line: plain and quoted texts, lists and mappings in brackets.</content>
internal sealed partial class SimpleYaml
{
    private static readonly CharTable FlowChars = new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./$+=~*() ");

    // A hyphen begins a text only where no space follows; marks of the language begin other things.
    private static bool IsPlainStart(ReadOnlySpan<char> text) =>
        text[0] == '-' ? text.Length > 1 && char.IsAsciiLetterOrDigit(text[1]) : char.IsLetterOrDigit(text[0]) || text[0] is '_' or '.' or '/' or '$' or '(' or '~' or '+' or '=';

    private string? ReadPlain(int at)
    {
        ReadOnlySpan<char> text = _text.AsSpan(at, _end - at);
        int comment = text.IndexOf(" #", StringComparison.Ordinal);
        text = (comment < 0 ? text : text[..comment]).TrimEnd(' ');
        bool isKey = text.Contains(": ", StringComparison.Ordinal) || text[^1] == ':';
        bool isMarker = at == _start && (text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal));
        return IsPlainStart(text) && !isKey && !isMarker ? text.ToString() : null;
    }

    /// <summary>A text in quotes on the present line; leaves the place behind it.</summary>
    private string? ReadQuoted(ref int at)
    {
        char quote = _text[at];
        int start = at + 1;
        int end = start;
        while (end < _end && _text[end] != quote)
        {
            if (_text[end] == '\\' && quote == '"')
            {
                return ReadEscaped(ref at);
            }

            end++;
        }

        if (end >= _end || (end + 1 < _end && _text[end + 1] == quote))
        {
            return null;
        }

        at = end + 1;
        return _text[start..end];
    }

    private string? ReadEscaped(ref int at)
    {
        var text = new StringBuilder();
        for (int i = at + 1; i < _end; i++)
        {
            char c = _text[i];
            if (c == '"')
            {
                at = i + 1;
                return text.ToString();
            }

            if (c == '\\' && ++i < _end)
            {
                c = _text[i] switch { 'n' => '\n', 't' => '\t', '"' => '"', '\\' => '\\', _ => '\0' };
                if (c == '\0')
                {
                    return null;
                }
            }

            text.Append(c);
        }

        return null;
    }

    /// <summary>A list or mapping in brackets, or a text in one, all on the present line; leaves the place behind it.</summary>
    private DocumentNode? ReadFlow(ref int at, int depth)
    {
        int column = at - _start + 1;
        switch (_text[at])
        {
            case '[' when depth <= MaxDepth:
                return ReadFlowList(new SequenceNode(_line, column), ref at, depth);
            case '{' when depth <= MaxDepth:
                return ReadFlowMapping(new MappingNode(_line, column), ref at, depth);
            case '"' or '\'':
                return ReadQuoted(ref at) is { } quoted ? new ScalarNode(_line, column, quoted, isPlain: false) : null;
            default:
                ReadOnlySpan<char> rest = _text.AsSpan(at, _end - at);
                int length = FlowChars.IndexOfOther(rest);
                if (length <= 0 || !IsPlainStart(rest))
                {
                    return null;
                }

                at += length;
                return new ScalarNode(_line, column, rest[..length].TrimEnd(' ').ToString(), isPlain: true);
        }
    }

    private SequenceNode? ReadFlowList(SequenceNode list, ref int at, int depth)
    {
        if (IsClosed(ref at, ']'))
        {
            return list;
        }

        while (at < _end)
        {
            if (ReadFlow(ref at, depth + 1) is not { } item || !Grow(list, item))
            {
                return null;
            }

            list.Items.Add(item);
            if (!Continues(ref at, ']', out bool isClosed) || isClosed)
            {
                return isClosed ? list : null;
            }
        }

        return null;
    }

    private MappingNode? ReadFlowMapping(MappingNode mapping, ref int at, int depth)
    {
        if (IsClosed(ref at, '}'))
        {
            return mapping;
        }

        while (at < _end)
        {
            int colon = KeyEnd(at);
            int value = colon < 0 ? _end : SkipSpaces(colon + 1);
            if (value >= _end)
            {
                return null;
            }

            var key = new ScalarNode(_line, at - _start + 1, Key(at, colon), isPlain: true);
            at = value;
            if (ReadFlow(ref at, depth + 1) is not { } node || HasKey(mapping, key.Text) || !Grow(mapping, node))
            {
                return null;
            }

            mapping.Entries.Add((key, node));
            if (!Continues(ref at, '}', out bool isClosed) || isClosed)
            {
                return isClosed ? mapping : null;
            }
        }

        return null;
    }

    // Behind the opening bracket: the closing one at once?
    private bool IsClosed(ref int at, char close)
    {
        at = SkipSpaces(at + 1);
        if (at >= _end || _text[at] != close)
        {
            return false;
        }

        at++;
        return true;
    }

    // Behind a member: a comma with a space or the closing bracket.
    private bool Continues(ref int at, char close, out bool isClosed)
    {
        at = SkipSpaces(at);
        isClosed = at < _end && _text[at] == close;
        if (isClosed)
        {
            at++;
            return true;
        }

        if (at + 1 >= _end || _text[at] != ',' || _text[at + 1] != ' ')
        {
            return false;
        }

        at = SkipSpaces(at + 1);
        return at < _end;
    }
}
