namespace Orchestrator.Processes;

/// <summary>
/// Adds patterns to the <c>info/exclude</c> file of a checkout's repository, which is not committed and which all worktrees share. Edits
/// the file without calling git, because this code runs before every write of the orchestrator's files.
/// </summary>
public static class CheckoutExcludes
{
    private const string Prefix = "gitdir:";

    /// <summary>
    /// Adds all the patterns to the file unless it already contains all of them. Does nothing for a folder that is not a checkout.
    /// Concurrent callers may add a pattern twice, which is harmless.
    /// </summary>
    /// <param name="checkout">Absolute path of the checkout's root.</param>
    /// <param name="patterns">Patterns in order of precedence, as in <c>.gitignore</c>.</param>
    /// <exception cref="UnauthorizedAccessException">The file can't be written.</exception>
    public static void Ensure(string checkout, IReadOnlyList<string> patterns)
    {
        if (FindCommon(checkout) is not { } common)
        {
            return;
        }
        var file = Path.Combine(common, "info", "exclude");
        file = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
        var content = SmallFileReader.TryRead(file) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        var present = content.Split('\n').Select(line => line.TrimEnd('\r')).ToHashSet(StringComparer.Ordinal);
        if (!patterns.All(present.Contains))
        {
            // Adds all patterns again, because later patterns take precedence and the order must be preserved.
            var separator = content.Length == 0 || content.EndsWith('\n') ? "" : "\n";
            SymlinkSafeFileWriter.Append(file, separator + string.Join('\n', patterns) + "\n");
        }
    }

    // In a linked worktree, ".git" is a file that names the worktree's git directory. There, the file "commondir" names the shared
    // directory.
    private static string? FindCommon(string checkout)
    {
        var git = Path.Combine(checkout, ".git");
        if (Directory.Exists(git))
        {
            return File.Exists(Path.Combine(git, "HEAD")) ? git : null;
        }
        if (SmallFileReader.TryRead(git) is not { } link)
        {
            return null;
        }
        var text = Encoding.UTF8.GetString(link).Trim();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var own = Path.GetFullPath(text[Prefix.Length..].Trim(), checkout);
        var common = SmallFileReader.TryRead(Path.Combine(own, "commondir")) is { } shared
            ? Path.GetFullPath(Encoding.UTF8.GetString(shared).Trim(), own)
            : own;
        return Directory.Exists(common) ? common : null;
    }
}
