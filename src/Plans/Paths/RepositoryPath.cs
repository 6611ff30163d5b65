using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Plans;

/// <summary>
/// Normalizes paths in plans, so that they are relative to the repository, use forward slashes and contain no <c>.</c> or <c>..</c>.
/// </summary>
public static class RepositoryPath
{
    /// <summary>Maximum length of a path in characters. The number is that of the limit on Linux, which counts bytes.</summary>
    public const int MaxLength = 4096;

    /// <summary>Returns the folder part of a path with forward slashes; empty for the root.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";

    /// <summary>Normalizes a path or glob. A trailing slash, which marks a folder, becomes <c>/**</c>.</summary>
    /// <param name="text">Path or glob as written in the plan.</param>
    /// <param name="path">Normalized path, or null if the path is rejected.</param>
    /// <param name="fault">Reason for the rejection as the end of a sentence ("is absolute"), or null if the path is valid.</param>
    public static bool TryNormalize(string text, [NotNullWhen(true)] out string? path, [NotNullWhen(false)] out string? fault)
    {
        path = null;
        fault = null;
        if (IsNormal(text))
        {
            path = text;
            return true;
        }
        var slashed = Trim(text).Replace('\\', '/');
        fault = FaultOf(slashed);
        path = fault is null ? Join(slashed, out fault) : null;

        // The normalized path is checked again, because printed plans must give the same result when they are read.
        if (path is not null)
        {
            fault = Trim(path) == path ? FaultOf(path) : "begins or ends with a space";
            path = fault is null ? path : null;
        }
        return fault is null && path is not null;
    }

    private static string Trim(string text) => text.Trim(' ', '\t');

    /// <summary>Returns the reason for rejecting a path with forward slashes, or null if it is valid.</summary>
    private static string? FaultOf(string slashed) =>
        slashed.Length > MaxLength ? $"is longer than {MaxLength} characters"
        : slashed.Length == 0 ? "is empty"
        : slashed.Contains('\0', StringComparison.Ordinal) ? "contains a NUL character"
        : slashed[0] == '/' || (slashed.Length > 1 && slashed[1] == ':' && char.IsAsciiLetter(slashed[0])) ? "is absolute"
        : slashed == "~" || slashed.StartsWith("~/", StringComparison.Ordinal) ? "is in a home folder"
        : null;

    /// <summary>Returns the normalized path, or <paramref name="text"/> unchanged if it is not inside the repository.</summary>
    public static string Normalize(string text) => TryNormalize(text, out var path, out _) ? path : text;

    private static string? Join(string slashed, out string? fault)
    {
        fault = null;
        var kept = new List<string>();
        foreach (var part in slashed.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (kept.Count == 0)
                {
                    fault = "points outside the repository";
                    return null;
                }
                kept.RemoveAt(kept.Count - 1);
            }
            else if (part != ".")
            {
                kept.Add(part);
            }
        }
        if (kept.Count > 0 && string.Equals(kept[0], ".git", StringComparison.OrdinalIgnoreCase))
        {
            fault = "is inside .git";
            return null;
        }
        var folder = slashed.EndsWith('/') || slashed.EndsWith("/.", StringComparison.Ordinal) || kept.Count == 0;
        if (folder && (kept.Count == 0 || kept[^1] != "**"))
        {
            kept.Add("**");
        }
        return string.Join('/', kept);
    }

    // Most paths are already normalized. Checking first keeps large plans fast.
    private static bool IsNormal(string text)
    {
        if (text.Length is 0 or > MaxLength || text[0] is '/' or ' ' or '\t' or '.' || text[^1] is '/' or ' ' or '\t')
        {
            return false;
        }
        var before = '\0';
        foreach (var c in text)
        {
            if (c is '\\' or ':' or '~' or '\0' || (before == '/' && c is '/' or '.'))
            {
                return false;
            }
            before = c;
        }
        return true;
    }
}
