namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Title and text of a pull request within GitHub's limits. The text is passed in a file, because arguments are visible to all
/// processes on the host and limited in length.</summary>
internal static class PullRequestFile
{
    // GitHub accepts 65,536 characters, and 256 in a title.
    private const int LongestBody = 60_000;
    private const int LongestTitle = 200;

    /// <summary>Shortens a title to the limit.</summary>
    public static string Title(string title) => title.Length <= LongestTitle ? title : title[..LongestTitle];

    /// <summary>Writes the text to a file that only this user can read.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="task">Id of the task, or null for the run.</param>
    /// <param name="body">Text in Markdown, which is shortened if necessary.</param>
    /// <param name="end">Text below the body, which is never shortened.</param>
    /// <returns>Path of the file.</returns>
    public static string Write(RunFolder folder, string? task, string body, string end)
    {
        var file = folder.PullRequest(task ?? "run");
        OwnFile.Write(file, (body.Length <= LongestBody ? body : body[..LongestBody] + "\n\n(cut)") + end);
        return file;
    }
}
