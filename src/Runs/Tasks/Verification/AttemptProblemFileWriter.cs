namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Stores the problems that were found in a task's work, with their evidence, for the next agent run and for users. Each attempt has one
/// file.
/// </summary>
public static class AttemptProblemFileWriter
{
    /// <summary>
    /// Maximum number of problems in one report. The limit is needed because the report becomes part of a prompt, and its list of problems
    /// becomes part of the run's history.
    /// </summary>
    private const int Most = 20;
    private const int LongestSentence = 400;

    /// <summary>
    /// Writes the problems of an attempt to a file, and returns the file's path relative to the repository. If there are too many, the file
    /// mentions a second file that contains all problems.
    /// </summary>
    public static string Write(RunFolder folder, string taskId, int attempt, IEnumerable<string> sections)
    {
        var path = Path.Combine(folder.Task(taskId), $"problems-{attempt}.md");
        var all = sections.ToList();
        if (all.Count > Most)
        {
            var rest = Path.Combine(folder.Task(taskId), $"problems-{attempt}-all.md");
            DurableFile.Write(rest, Encoding.UTF8.GetBytes(string.Join("\n", all)));
            all = [$"{Plural.Of(all.Count, "problem")}; the first {Most} are below, and all are in {rest}.\n", .. all.Take(Most)];
        }
        return folder.Relative(ContentAddressedFile.Write(path, string.Join("\n", all)));
    }

    /// <summary>Shortens the list of problems, and each long problem, for the run's history.</summary>
    /// <param name="problems">All problems.</param>
    /// <param name="file">Path of the file that contains all problems.</param>
    public static IReadOnlyList<string> Bounded(IReadOnlyList<string> problems, string file)
    {
        var first = problems.Take(Most).Select(problem => problem.Length <= LongestSentence ? problem : problem[..LongestSentence] + "...");
        return problems.Count <= Most ? [.. first] : [$"{Plural.Of(problems.Count, "problem")}; all are listed in {file}.", .. first];
    }

    /// <summary>Returns the first sentences, followed by a sentence with the number of omitted sentences.</summary>
    public static IEnumerable<string> SelectFirst(IReadOnlyList<string> sentences) =>
        sentences.Count <= Most ? sentences : [.. sentences.Take(Most), $"And {sentences.Count - Most} more of this kind."];
}
