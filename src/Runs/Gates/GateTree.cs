using Orchestrator.Gates.Running;
using Orchestrator.Gates.Trees;
using Orchestrator.Gates.Turns;
using Orchestrator.Runs.Sandboxing;

namespace Orchestrator.Runs.Gates;

/// <summary>The tree in which the gates of one commit run: taken and set up when the first one has to run, and put back to the commit after
/// set-up and after each run of a gate. All of these run an agent's code, which could change what the next gate checks.</summary>
/// <param name="isMerge">The commit is a merge on staging.</param>
/// <param name="isBase">The commit is the one that the run began at.</param>
/// <param name="evidence">Folder for the output of set-up that fails.</param>
/// <param name="task">The task whose gates run; empty: the run as a whole.</param>
public sealed class GateTree(
    RunFiles files,
    GitRepository repository,
    RunServices services,
    string commit,
    bool isMerge,
    bool isBase,
    string evidence,
    string task
) : IAsyncDisposable
{
    private VerificationTree? _place;
    private GateRestorer? _restorer;

    /// <summary>The tree; only after <see cref="BeginAsync"/>.</summary>
    public VerificationTree Place => _place ?? throw new InvalidOperationException("No tree was taken yet.");

    /// <summary>True if there is one.</summary>
    public bool IsBegun => _place is not null;

    /// <summary>Puts it back; only after <see cref="BeginAsync"/>.</summary>
    public GateRestorer Restorer => _restorer ?? throw new InvalidOperationException("No tree was taken yet.");

    /// <summary>Tracked files that set-up changed just before and that were put back.</summary>
    public IReadOnlyList<string> ChangedBySetUp { get; private set; } = [];

    /// <summary>Makes the tree ready for a gate.</summary>
    /// <returns>Why it can't be set up; null where it is ready.</returns>
    public async Task<string?> BeginAsync(CancellationToken stop)
    {
        ChangedBySetUp = [];
        if (_place is not null)
        {
            return null;
        }
        _place = await new VerificationTrees(repository, services.Environment).TakeAsync(commit, isMerge, stop);
        PrivateLayers.Of(_place.Resources).DiscardGates();
        if (await WorktreeSetup.RunAsync(_place.Worktree, files, services, evidence, stop, isBase, task) is { } failure)
        {
            return failure;
        }
        IReadOnlySet<string> made = new HashSet<string>();
        if (File.Exists(_place.Worktree.SetupMark))
        {
            if (await _place.Baseline.TryRestoreAsync(kept: null, Ecosystems.IsReadFirst, stop) is not { } restored)
            {
                return "Set-up left a worktree that can't be put back to its commit: something in it is not ours, or git refuses.";
            }
            (ChangedBySetUp, made) = (restored.Changed, restored.Others);
        }
        _restorer = new GateRestorer(_place.Baseline, made);
        return null;
    }

    /// <summary>The tree as a gate gets it; only after <see cref="BeginAsync"/>.</summary>
    /// <param name="changed">Files that differ from the base.</param>
    /// <param name="task">The task whose work it is; empty: not of one task.</param>
    public async Task<GateSubject> SubjectAsync(IReadOnlyList<string> changed, string task, CancellationToken stop) =>
        new()
        {
            Directory = Place.Worktree.Path,
            ChangedFiles = changed,
            Planned = [.. files.Plan.Tasks.SelectMany(t => (t.FilesWrite ?? []).Concat(t.FilesAppend))],
            MayWriteAnything = files.Plan.Tasks.Any(t => t.FilesWrite is null),
            Environment = StepEnvironment.Of(services.Environment, Place.Resources, files.Settings, files.Folder.Repository),
            TemporaryFolder = Place.Resources.TemporaryFolder,
            Sandbox = await StepSandbox.OfTreeAsync(
                files.Settings,
                Place.Worktree,
                Place.Resources,
                StepSandbox.PurposeOf(SandboxRole.Gate, files.Folder, task),
                services,
                stop
            ),
            Origin = new GateOrigin(repository.MainCheckout ?? "", files.Folder.Name, task),
            PutBack = Restorer.PutBackAsync,
        };

    /// <summary>Puts the tree back after a gate. One that can't be is given up: the next gate gets a fresh one.</summary>
    public async Task<GateTraces> EndAsync(CancellationToken stop)
    {
        var traces = await Restorer.EndAsync(stop);
        if (!traces.IsWhole)
        {
            await DisposeAsync();
        }
        return traces;
    }

    public async ValueTask DisposeAsync()
    {
        if (_place is { } place)
        {
            (_place, _restorer) = (null, null);
            await place.DisposeAsync();
        }
    }
}
