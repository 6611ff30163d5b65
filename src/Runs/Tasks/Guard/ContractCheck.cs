namespace Orchestrator.Runs.Tasks;

/// <summary>Checks a task's work against the plan's contracts. Contract files must be unchanged, and classes that claim to implement a
/// contract must do so.</summary>
internal static class ContractCheck
{
    /// <summary>Maximum size in bytes of a checked source file; larger ones are generated and implement no contract by hand.</summary>
    private const int LargestSource = 1024 * 1024;

    /// <summary>Returns the contract in a file, or null if it has none.</summary>
    public static ContractStub? Of(RunFiles files, string path) => files.Contracts?.FirstOrDefault(c => c.FilePath == path);

    /// <summary>Describes the problem of a changed contract file.</summary>
    public static string Changed(ContractStub contract, string baseCommit) =>
        $"'{contract.FilePath}' holds the contract {contract.Name} (version {contract.Version}), which only the orchestrator "
        + $"changes. Put it back (git checkout {CommitIds.Shorten(baseCommit)} -- {contract.FilePath}) and hold to it; "
        + "if it can't be held, end as blocked and say what it would have to be.";

    /// <summary>Returns a hint for the user if a contract blocks an agent; empty if its claim names no contract.</summary>
    public static string HowToChange(RunFiles files, string words) =>
        files.Contracts?.FirstOrDefault(c =>
            words.Contains(c.Name, StringComparison.Ordinal) || words.Contains(c.FilePath, StringComparison.Ordinal)
        )
            is { } contract
            ? $"{(words.EndsWith('.') ? "" : ".")} To change the contract {contract.Name}: cancel the run, change its methods in the plan, "
                + "and start that; its consumers are told and work again, other results are taken up."
            : "";

    /// <summary>Lists violations in a commit, each as a sentence for the agent.</summary>
    /// <param name="commits">Reads the commit.</param>
    /// <param name="commit">Commit of the task's work.</param>
    /// <param name="changed">Changed files.</param>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(
        RunFiles files,
        CommitStore commits,
        string commit,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var problems = new List<string>();
        if (files.Contracts is not { Count: > 0 } contracts || contracts.All(c => c.Language != ContractLanguage.Python))
        {
            return problems;
        }
        foreach (
            var file in changed.Where(c =>
                c.Change != FileChange.Deleted
                && ContractStub.LanguageOf(c.Path) == ContractLanguage.Python
                && c.NewMode.StartsWith("100", StringComparison.Ordinal)
            )
        )
        {
            if (await commits.ReadFileAsync(commit, file.Path, stop) is not { Length: <= LargestSource } bytes)
            {
                continue;
            }
            var source = Encoding.UTF8.GetString(bytes);
            problems.AddRange(files.Plan.Contracts.SelectMany(c => PythonImplementations.Problems(c, file.Path, source)));
        }
        return problems;
    }
}
