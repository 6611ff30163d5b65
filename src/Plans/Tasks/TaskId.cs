namespace Orchestrator.Plans;

/// <summary>Validates task ids, which become parts of git refs, folders and file names.</summary>
public static class TaskId
{
    /// <summary>
    /// Maximum length of an id in characters. The limit keeps refs, folder names and file names that contain an id below the usual limit of
    /// 255 bytes.
    /// </summary>
    public const int MaxLength = 80;

    /// <summary>
    /// Returns the reason why <paramref name="id"/> is unsafe, as the end of a sentence ("contains a space"), or null if it is safe.
    /// </summary>
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

        // Applies the rules of git check-ref-format and of Windows file names, and rejects ids that look like options.
        return id switch
        {
            _ when !char.IsAsciiLetterOrDigit(id[0]) => "does not begin with a letter or digit",
            _ when id.Contains("..", StringComparison.Ordinal) => "contains '..'",
            _ when id.EndsWith('.') => "ends with a dot",
            _ when id.EndsWith(".lock", StringComparison.OrdinalIgnoreCase) => "ends with '.lock', which git reserves",
            _ => null,
        };
    }

    /// <summary>
    /// Returns a safe id that resembles <paramref name="text"/>, or an empty string if no part of the text can be used. For example, <c>Add
    /// Auth!</c> becomes <c>Add-Auth</c>.
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
