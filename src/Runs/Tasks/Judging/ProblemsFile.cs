namespace Orchestrator.Runs.Tasks;

/// <summary>Problems of a task's work with evidence, for the agent's next run and for users. One file per attempt.</summary>
public static class ProblemsFile
{
    /// <summary>Maximum number of problems reported at once, because the file becomes part of a prompt and the list part of the run's
    /// record.</summary>
    private const int Most = 20;
    private const int LongestSentence = 400;

    /// <summary>Writes the file and returns its path relative to the repository. Problems beyond the limit go to a second file, which the
    /// first one names.</summary>
    public static string Write(RunFolder folder, string taskId, int attempt, IEnumerable<string> sections)
    {
        var path = Path.Combine(folder.Task(taskId), $"problems-{attempt}.md");
        var all = sections.ToList();
        if (all.Count > Most)
        {
            var rest = Path.Combine(folder.Task(taskId), $"problems-{attempt}-all.md");
            DurableFile.Write(rest, Encoding.UTF8.GetBytes(string.Join("\n", all)));
            all = [$"{Plural.Of(all.Count, "problem")}; the first {Most} are below, all of them in {rest}.\n", .. all.Take(Most)];
        }
        return folder.Relative(ContentAddressedFile.Write(path, string.Join("\n", all)));
    }

    /// <summary>Limits problems in number and length for the run's record.</summary>
    /// <param name="problems">All problems.</param>
    /// <param name="file">Path of the file with all problems.</param>
    public static IReadOnlyList<string> Bounded(IReadOnlyList<string> problems, string file)
    {
        var first = problems.Take(Most).Select(problem => problem.Length <= LongestSentence ? problem : problem[..LongestSentence] + "...");
        return problems.Count <= Most ? [.. first] : [$"{Plural.Of(problems.Count, "problem")}, all of them in {file}.", .. first];
    }

    /// <summary>Returns the first sentences, and the number of the others.</summary>
    public static IEnumerable<string> Some(IReadOnlyList<string> sentences) =>
        sentences.Count <= Most ? sentences : [.. sentences.Take(Most), $"And {sentences.Count - Most} more of the kind."];
}
