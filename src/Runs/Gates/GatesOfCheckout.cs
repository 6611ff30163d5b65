namespace Orchestrator.Runs.Gates;

/// <summary>Runs gates in a folder that is a person's own, or is not set up. Whoever else writes there: a result is kept only where the
/// files were the same before and after the gate.</summary>
internal sealed class GatesOfCheckout(
    GitRepository repository,
    IReadOnlyList<Gate> gates,
    string evidence,
    IReadOnlyDictionary<string, string> environment,
    OrchestratorSettings settings,
    Action<GateVerdict> told,
    Action<WaitingGate> waits
)
{
    /// <summary>To name the files by their content they are all read once; more than this is not worth it.</summary>
    private const long MostBytes = 64L * 1024 * 1024;

    private readonly GateMemory _memory = new(environment, TimeProvider.System);
    private readonly GateRunner _runner = new(GateTurns.Of(environment, told: waits));

    /// <summary>Runs them, or takes what is known.</summary>
    /// <param name="worktree">Where.</param>
    /// <param name="question">What is asked; the tree is filled in.</param>
    /// <param name="stop">Kills the gate that runs.</param>
    public async Task<IReadOnlyList<GateVerdict>> RunAsync(Worktree worktree, GateQuestion question, CancellationToken stop)
    {
        Directory.CreateDirectory(evidence);
        // As in a run, but for as long as this process lives: the folder is the user's own, and may be verified twice at the same time.
        var claims = WorktreeResourceClaims.Of(environment);
        var resources = await claims.TakeAsync(worktree.Path, WorktreeUse.Fresh, stop, ProcessIdentity.Current);
        try
        {
            var subject = new GateSubject
            {
                Directory = worktree.Path,
                ChangedFiles = question.Changed,
                Environment = GateEnvironment.Make(environment, resources.Variables(settings.Worktrees.Environment)),
                TemporaryFolder = resources.TemporaryFolder,
                Origin = new GateOrigin(worktree.Path, "", ""),
            };
            var tree = await TreeAsync(worktree, question, stop);
            var verdicts = new List<GateVerdict>();
            foreach (var gate in gates)
            {
                var asked = question with { Tree = tree ?? "" };
                var lookup = tree is null ? null : await _memory.FindAsync(repository, gate, asked, stop);
                if (lookup?.Known is { } known)
                {
                    verdicts.Add(known.Verdict);
                }
                else
                {
                    var verdict = await _runner.RunAsync(gate, subject, Path.Combine(evidence, $"gate-{verdicts.Count + 1}.log"), stop);
                    var after = tree is null ? null : await TreeAsync(worktree, question, stop);
                    var key = after == tree ? lookup?.Key : null;
                    verdicts.Add((await _memory.NoteAsync(repository, verdict, asked, key, leavesFiles: true, stop)).Verdict);
                    tree = after;
                }
                told(verdicts[^1]);
            }
            return verdicts;
        }
        finally
        {
            await claims.ReleaseAsync(worktree.Path, ProcessIdentity.Current);
        }
    }

    /// <summary>The files as git would name them; null where that is not worth it, or git can't.</summary>
    private async Task<string?> TreeAsync(Worktree worktree, GateQuestion question, CancellationToken stop)
    {
        if (!settings.Gates.Cache || question.Changed.Sum(file => SizeOf(Path.Combine(worktree.Path, file))) > MostBytes)
        {
            return null;
        }
        try
        {
            // What gates print is written below our own folder.
            return (await new WorktreeTree(worktree).WriteAsync(stop, without: ".orchestrator")).Tree;
        }
        catch (GitException)
        {
            // An agent in its sandbox can't write to the repository: then the gates run.
            return null;
        }
    }

    private static long SizeOf(string file) => new FileInfo(file) is { Exists: true } found ? found.Length : 0;
}
