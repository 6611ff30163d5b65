namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Writes the title and text of a pull request within GitHub's limits. The text is passed in a file, because command-line arguments have a
/// limited length and all processes on the host can read them.
/// </summary>
public static class PullRequestBodyFileWriter
{
    // GitHub accepts 65,536 characters in a text and 256 in a title.
    private const int LongestBody = 60_000;
    private const int LongestTitle = 200;

    /// <summary>Shortens a title to GitHub's limit.</summary>
    public static string Title(string title) => title.Length <= LongestTitle ? title : title[..LongestTitle];

    /// <summary>Writes the text of a pull request to a file that only the current user can read.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="task">Id of the task, or null for the pull request of the whole run.</param>
    /// <param name="body">Text in Markdown, which is shortened if necessary.</param>
    /// <param name="end">Text after the body, which is never shortened.</param>
    /// <returns>Absolute path of the file.</returns>
    public static string Write(RunFolder folder, string? task, string body, string end)
    {
        var file = folder.PullRequest(task ?? "run");
        SymlinkSafeFileWriter.Write(file, (body.Length <= LongestBody ? body : body[..LongestBody] + "\n\n(cut)") + end);
        return file;
    }
}
