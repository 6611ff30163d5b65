using Orchestrator.Gates.Secrets;
using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Searches a run's added lines for secrets before the target moves or anything is pushed. A user who has seen the findings
/// overrules them by requesting to land the same commit again.</summary>
public sealed class SecretCheck(GitRepository repository, RunFiles files)
{
    private const int MostNamed = 5;

    /// <summary>Checks the commit to land.</summary>
    /// <param name="input">The run, and the target.</param>
    /// <param name="from">Merge base of the target and the commit to land.</param>
    /// <param name="tip">The commit to land.</param>
    /// <param name="asking">Id of this landing attempt. If a rejection was killed before it was reported, the retry has the same id and
    /// rejects again.</param>
    public async Task<LandingVerdict> CheckAsync(LandInput input, string from, string tip, string asking, CancellationToken stop)
    {
        if (!files.Settings.SecretScan)
        {
            return LandingVerdict.Clear(files);
        }
        var (secrets, unread) = await new SecretSearch(repository).FindAsync(from, tip, stop);
        var found = secrets.Select(SecretFinding.Of).ToList();
        var before = StoredFindings<SecretFinding>.Told(files, files.Folder.SecretsJson);
        var note = unread.Count == 0 ? "" : $"Not looked through for secrets: {FileNames.Some(unread, MostNamed)}.";
        if (found.Count == 0 && before is null)
        {
            return LandingVerdict.Clear(files) with { Note = note };
        }
        var now = (before ?? new StoredFindings<SecretFinding>()).Judge(found, tip, asking, input.IsAskedFor);
        var decisions = SecretFinding.Write(files, now);
        return now.InTheWay.Count > 0
            ? new LandingVerdict(Refusal(input, now.InTheWay), "", decisions)
            : new LandingVerdict(
                null,
                $"{(found.Count > 0 ? $"A person lets land what looks like secrets: {Describe(found)}." : "")} {note}".Trim(),
                decisions
            );
    }

    /// <summary>Returns the summary line for the report, or null if nothing was ever found.</summary>
    public static string? Summary(RunFolder folder)
    {
        var stored = StoredFindings<SecretFinding>.TryRead(folder.SecretsJson);
        var said = new List<string>();
        if (stored is { InTheWay.Count: > 0 })
        {
            said.Add($"in the way of landing: {Describe(stored.InTheWay)}");
        }
        if (stored is { Allowed.Count: > 0 })
        {
            said.Add($"a person lets land: {Describe(stored.Allowed)}");
        }
        return said.Count == 0 ? null : $"what looks like secrets: {string.Join("; ", said)} ({folder.Relative(folder.Secrets)})";
    }

    private LandResult Refusal(LandInput input, IReadOnlyList<SecretFinding> found) =>
        new()
        {
            Evidence = files.Folder.Relative(files.Folder.Secrets),
            Message = found is [{ Kind: SecretSearch.TooLarge }]
                ? $"Nothing was landed, since {Describe(found)}. Look yourself (git diff), then: {RunLanding.Again(input)}"
                : $"Nothing was landed, since the work adds what looks like secrets: {Describe(found)}. Take them out on {input.Staging} "
                    + $"({new StagingRepair(repository, input.RunId, input.Staging).Edit}) and revoke them, for its history keeps them; or "
                    + $"say of a line that holds none, by a comment '{SecretScanner.Allow}' on it; then: {RunLanding.Again(input)}. "
                    + "The same command without a new commit lands them as they are, which the report says.",
        };

    private static string Describe(IReadOnlyList<SecretFinding> found) =>
        FileNames.Some([.. found.Select(finding => finding.ToString())], MostNamed);
}
