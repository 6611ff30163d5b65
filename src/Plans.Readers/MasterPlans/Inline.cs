using System.Text;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Markdown inside a line.</summary>
internal static class Inline
{
    /// <summary>The text as a person reads it: links by their words, no emphasis, no code marks, no escapes.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && char.IsPunctuation(text[i + 1]))
            {
                plain.Append(text[++i]);
            }
            else if (text[i] == '[' && LinkAt(text, i) is (string words, _, int end))
            {
                plain.Append(Plain(words));
                i = end - 1;
            }
            else if (text[i] is '*' or '`' || IsEmphasis(text, i))
            {
                continue;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString().Trim();
    }

    /// <summary>The target of the first link, without its anchor or title; null when there is none.</summary>
    public static string? LinkTarget(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '[' && LinkAt(text, i) is (_, string target, _))
            {
                return target;
            }
        }

        return null;
    }

    /// <summary>All texts between backticks.</summary>
    public static IReadOnlyList<string> CodeSpans(string text)
    {
        string[] parts = text.Split('`');
        return [.. parts.Where((part, i) => i % 2 == 1 && i < parts.Length - 1 && part.Trim().Length > 0).Select(part => part.Trim())];
    }

    // "__bold__" is emphasis, the underscores of "snake_case" are not.
    private static bool IsEmphasis(string text, int at)
    {
        if (text[at] != '_')
        {
            return false;
        }

        bool before = at > 0 && (char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '/' or '.');
        bool after = at + 1 < text.Length && (char.IsLetterOrDigit(text[at + 1]) || text[at + 1] is '/' or '.');
        return !(before && after) && (text.AsSpan(at + 1).Contains('_') || text.AsSpan(0, at).Contains('_'));
    }

    private static (string Words, string Target, int End)? LinkAt(string text, int start)
    {
        int close = text.IndexOf("](", start, StringComparison.Ordinal);
        if (close < 0 || text.AsSpan(start + 1, close - start - 1).Contains('['))
        {
            return null;
        }

        int end = text.IndexOf(')', close + 2);
        if (end < 0)
        {
            return null;
        }

        string target = text[(close + 2)..end].Trim();
        if (target.StartsWith('<') && target.EndsWith('>'))
        {
            target = target[1..^1];
        }
        else
        {
            target = target.Split(' ')[0];
        }

        return (text[(start + 1)..close], Uri.UnescapeDataString(target.Split('#')[0]), end + 1);
    }
}
