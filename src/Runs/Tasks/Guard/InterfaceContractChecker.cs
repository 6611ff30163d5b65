namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks a task's work against the plan's contracts. Contract files must be unchanged, and a class that declares a contract's interface
/// must implement it.
/// </summary>
internal static class InterfaceContractChecker
{
    /// <summary>Maximum size of a checked source file in bytes. A larger file is assumed to be generated and is not checked.</summary>
    private const int LargestSource = 1024 * 1024;

    /// <summary>Returns the contract that a file defines, or null if it defines none.</summary>
    public static InterfaceContractStub? Of(RunPlanAndSettings files, string path) =>
        files.Contracts?.FirstOrDefault(c => c.FilePath == path);

    /// <summary>Returns the message for an agent that has changed a contract file.</summary>
    public static string Changed(InterfaceContractStub contract, string baseCommit) =>
        $"'{contract.FilePath}' contains the contract {contract.Name} (version {contract.Version}), which only the orchestrator "
        + $"may change. Restore it (git checkout {CommitIdFormatter.Shorten(baseCommit)} -- {contract.FilePath}), and follow the contract. "
        + "If you can't follow it, end as blocked and describe the contract that you need.";

    /// <summary>
    /// Returns advice on changing a contract, for the user who decides about a blocked agent. Empty if the agent's message does not mention
    /// a contract.
    /// </summary>
    public static string ContractAdvice(RunPlanAndSettings files, string words) =>
        files.Contracts?.FirstOrDefault(c =>
            words.Contains(c.Name, StringComparison.Ordinal) || words.Contains(c.FilePath, StringComparison.Ordinal)
        )
            is { } contract
            ? $"{(words.EndsWith('.') ? "" : ".")} To change the contract {contract.Name}: cancel the run, change its methods in the plan, "
                + "and start that plan. The tasks that use the contract then run again with its new version; other results are reused."
            : "";

    /// <summary>Lists the contract violations in a commit, as sentences for the agent.</summary>
    /// <param name="commits">Reads the commit.</param>
    /// <param name="commit">Commit of the task's work.</param>
    /// <param name="changed">Paths of the changed files.</param>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(
        RunPlanAndSettings files,
        GitCommitReaderAndWriter commits,
        string commit,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var problems = new List<string>();
        if (files.Contracts is not { Count: > 0 } contracts || contracts.All(c => c.Language != ContractStubLanguage.Python))
        {
            return problems;
        }
        foreach (
            var file in changed.Where(c =>
                c.Change != FileChange.Deleted
                && InterfaceContractStub.LanguageOf(c.Path) == ContractStubLanguage.Python
                && c.NewMode.StartsWith("100", StringComparison.Ordinal)
            )
        )
        {
            if (await commits.ReadFileAsync(commit, file.Path, stop) is not { Length: <= LargestSource } bytes)
            {
                continue;
            }
            var source = Encoding.UTF8.GetString(bytes);
            problems.AddRange(files.Plan.Contracts.SelectMany(c => PythonContractImplementationChecker.Problems(c, file.Path, source)));
        }
        return problems;
    }
}
