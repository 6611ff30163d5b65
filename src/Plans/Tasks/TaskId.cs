namespace Orchestrator.Plans;

/// <summary>Valid task ids: they become parts of git refs, folders and file names.</summary>
public static class TaskId
{
    /// <summary>Longest id. Refs, folders and file names around it stay below the usual 255 bytes.</summary>
    public const int MaxLength = 80;

    /// <summary>The fault of <paramref name="id"/> as a sentence's end ("contains a space"), or null if it is safe.</summary>
    public static string? Fault(string id)
    {
        if (id.Length == 0)
        {
            return "is empty";
        }
        if (id.Length > MaxLength)
        {
            return $"is longer than {MaxLength} characters";
        }
        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return c switch
                {
                    ' ' => "contains a space",
                    '/' or '\\' => "contains a slash",
                    < ' ' or '\u007f' => "contains a control character",
                    _ => $"contains '{c}'",
                };
            }
        }

        // Rules of git check-ref-format, of Windows' file names, and no option-like names.
        return id switch
        {
            _ when !char.IsAsciiLetterOrDigit(id[0]) => "does not begin with a letter or digit",
            _ when id.Contains("..", StringComparison.Ordinal) => "contains '..'",
            _ when id.EndsWith('.') => "ends with a dot",
            _ when id.EndsWith(".lock", StringComparison.OrdinalIgnoreCase) => "ends with '.lock', which git keeps for itself",
            _ => null,
        };
    }

    /// <summary>
    /// A safe id that resembles <paramref name="text"/>: <c>Add Auth!</c> becomes <c>Add-Auth</c>. Empty when nothing of it is usable.
    /// </summary>
    public static string Suggest(string text)
    {
        var safe = new System.Text.StringBuilder();
        foreach (var c in text)
        {
            var usable = char.IsAsciiLetterOrDigit(c) || c is '_' || (c is '.' && safe.Length > 0 && safe[^1] != '.');
            if (usable)
            {
                safe.Append(c);
            }
            else if (safe.Length > 0 && safe[^1] is not ('-' or '.'))
            {
                safe.Append('-');
            }
            if (safe.Length == MaxLength)
            {
                break;
            }
        }
        var id = safe.ToString().Trim('-', '.', '_');
        return id.EndsWith(".lock", StringComparison.OrdinalIgnoreCase) ? id[..^5] + "-lock" : id;
    }
}
