using Orchestrator.Gates.Secrets;
using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Searches for secrets in the lines that a run added, before the target moves or anything is pushed. If the user requests the landing of
/// the same commit again, the findings that the user has seen are accepted.
/// </summary>
public sealed class PreLandingSecretChecker(GitRepository repository, RunPlanAndSettings files)
{
    private const int MostNamed = 5;

    /// <summary>Searches for secrets in the commit to land.</summary>
    /// <param name="input">The run and its target.</param>
    /// <param name="from">Merge base of the target and the commit to land.</param>
    /// <param name="tip">The commit to land.</param>
    /// <param name="asking">Id of this landing attempt. A repeated attempt has the same id, and rejects the landing again if its first
    /// rejection was not reported.</param>
    public async Task<LandingCheckResult> CheckAsync(LandInput input, string from, string tip, string asking, CancellationToken stop)
    {
        if (!files.Settings.SecretScan)
        {
            return LandingCheckResult.Clear(files);
        }
        var (secrets, unread) = await new SecretSearch(repository).FindAsync(from, tip, stop);
        var found = secrets.Select(SuspectedSecretProblem.Of).ToList();
        var before = PreLandingCheckProblemList<SuspectedSecretProblem>.ReadReported(files, files.Folder.SecretsJson);
        var note = unread.Count == 0 ? "" : $"These files were not searched for secrets: {FileNameEncoding.List(unread, MostNamed)}.";
        if (found.Count == 0 && before is null)
        {
            return LandingCheckResult.Clear(files) with { Note = note };
        }
        var now = (before ?? new PreLandingCheckProblemList<SuspectedSecretProblem>()).Judge(found, tip, asking, input.IsAskedFor);
        var decisions = SuspectedSecretProblem.Write(files, now);
        return now.InTheWay.Count > 0
            ? new LandingCheckResult(Refusal(input, now.InTheWay), "", decisions)
            : new LandingCheckResult(
                null,
                $"{(found.Count > 0 ? $"A user accepted possible secrets: {Describe(found)}." : "")} {note}".Trim(),
                decisions
            );
    }

    /// <summary>Returns the report's line about possible secrets, or null if the run never had any.</summary>
    public static string? Summary(RunFolder folder)
    {
        var stored = PreLandingCheckProblemList<SuspectedSecretProblem>.TryRead(folder.SecretsJson);
        var said = new List<string>();
        if (stored is { InTheWay.Count: > 0 })
        {
            said.Add($"prevents landing: {Describe(stored.InTheWay)}");
        }
        if (stored is { Allowed.Count: > 0 })
        {
            said.Add($"accepted by a user: {Describe(stored.Allowed)}");
        }
        return said.Count == 0 ? null : $"possible secrets: {string.Join("; ", said)} ({folder.Relative(folder.Secrets)})";
    }

    private LandResult Refusal(LandInput input, IReadOnlyList<SuspectedSecretProblem> found) =>
        new()
        {
            Evidence = files.Folder.Relative(files.Folder.Secrets),
            Message = found is [{ Kind: SecretSearch.TooLarge }]
                ? $"Nothing was landed, because of {Describe(found)}. Inspect it yourself (git diff), then: "
                    + $"{RunLandingExecutor.Command(input)}"
                : $"Nothing was landed, because the work adds possible secrets: {Describe(found)}. Remove them on {input.Staging} "
                    + $"({new SuggestedStagingCommandBuilder(repository, input.RunId, input.Staging).Edit}) and revoke them, because the "
                    + $"branch's history keeps them. Or "
                    + $"mark a line that contains no secret with the comment '{SecretScanner.Allow}'. Then: "
                    + $"{RunLandingExecutor.Command(input)}. "
                    + "The same command without a new commit lands the work unchanged, which the report records.",
        };

    private static string Describe(IReadOnlyList<SuspectedSecretProblem> found) =>
        FileNameEncoding.List([.. found.Select(finding => finding.ToString())], MostNamed);
}
