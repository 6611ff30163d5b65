namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Title and text of a pull request within what GitHub takes. The text is handed over in a file: an argument can be seen by all
/// processes of the machine, and its length has a limit.</summary>
internal static class PullRequestFile
{
    // GitHub takes 65,536 characters, and 256 of a title.
    private const int LongestBody = 60_000;
    private const int LongestTitle = 200;

    /// <summary>A title that is not too long.</summary>
    public static string Title(string title) => title.Length <= LongestTitle ? title : title[..LongestTitle];

    /// <summary>Writes the text where only this user reads it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="task">The task that it is about; null: the run.</param>
    /// <param name="body">The text in Markdown; cut where it is too long.</param>
    /// <param name="end">What stands below it, uncut.</param>
    /// <returns>The file.</returns>
    public static string Write(RunFolder folder, string? task, string body, string end)
    {
        var file = folder.PullRequest(task ?? "run");
        OwnFile.Write(file, (body.Length <= LongestBody ? body : body[..LongestBody] + "\n\n(cut)") + end);
        return file;
    }
}
