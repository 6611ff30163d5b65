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
    private const string Unclean = "left a worktree that can't be put back to its commit: something in it is not ours, or git refuses.";

    private readonly HashSet<Gate> _ran = [];
    private VerificationTree? _place;
    private GateRestorer? _restorer;
    private TreeOutputs? _outputs;
    private GateStart? _start;

    /// <summary>The tree; only after <see cref="BeginAsync"/>.</summary>
    public VerificationTree Place => _place ?? throw new InvalidOperationException("No tree was taken yet.");

    /// <summary>True if there is one.</summary>
    public bool IsBegun => _place is not null;

    /// <summary>Puts it back; only after <see cref="BeginAsync"/>.</summary>
    public GateRestorer Restorer => _restorer ?? throw new InvalidOperationException("No tree was taken yet.");

    /// <summary>Tracked files that set-up changed just before and that were put back.</summary>
    public IReadOnlyList<string> ChangedBySetUp { get; private set; } = [];

    /// <summary>True if the gate that was started last begins with its commit, the set-up and the outputs of the gates that it needs
    /// alone.</summary>
    public bool IsClean { get; private set; }

    /// <summary>Files of earlier gates that the gate that was started last does not see.</summary>
    public IReadOnlyList<string> MovedAside => _outputs?.MovedAside ?? [];

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
        var (failure, made) = await SetUpAsync(stop);
        if (failure is not null)
        {
            return failure;
        }
        _restorer = new GateRestorer(_place.Baseline, made);
        return null;
    }

    /// <summary>Makes the tree ready for one gate of several, of which each may leave files; only after <see cref="BeginAsync"/>.</summary>
    /// <returns>Why it can't be set up; null where it is ready.</returns>
    internal async Task<string?> StartAsync(GateStart start, CancellationToken stop)
    {
        _start = start;
        await ObserveAsync(stop);
        if (!start.IsClean)
        {
            _outputs!.BringAllBack();
            IsClean = start.Needed.All(_ran.Contains) && _outputs.AreOnlyOf(start.Needed);
            return null;
        }
        IsClean = true;
        return _outputs!.TryKeepOnly(start.Needed) ? await RunNeededAsync(stop) : await RestartAsync(stop);
    }

    /// <summary>Sets the tree up anew, because a gate changed files of the set-up or of a gate that is needed.</summary>
    /// <returns>Why that failed, or null.</returns>
    private async Task<string?> RestartAsync(CancellationToken stop)
    {
        try
        {
            await Place.CheckOutAgainAsync(commit, stop);
        }
        catch (GitException refusal)
        {
            return refusal.Message;
        }
        var (failure, made) = await SetUpAsync(stop);
        if (failure is not null)
        {
            return failure;
        }
        Restorer.Restart(Place.Baseline, made);
        StopObserving();
        // Makes the folders for private changes, which a sandbox that is in use names.
        _ = await SubjectAsync(_start!.Changed, task, stop);
        await ObserveAsync(stop);
        return await RunNeededAsync(stop);
    }

    private async Task<(string? Failure, IReadOnlySet<string> Made)> SetUpAsync(CancellationToken stop)
    {
        IReadOnlySet<string> made = new HashSet<string>();
        PrivateLayers.Of(Place.Resources).DiscardGates();
        if (await WorktreeSetup.RunAsync(Place.Worktree, files, services, evidence, stop, isBase, task) is { } failure)
        {
            return (failure, made);
        }
        if (File.Exists(Place.Worktree.SetupMark))
        {
            if (await Place.Baseline.TryRestoreAsync(kept: null, Ecosystems.IsReadFirst, stop) is not { } restored)
            {
                return ($"Set-up {Unclean}", made);
            }
            (ChangedBySetUp, made) = (restored.Changed, restored.Others);
        }
        return (null, made);
    }

    /// <summary>Runs gates once more whose outputs are needed and are not in this tree. Their results are known.</summary>
    private async Task<string?> RunNeededAsync(CancellationToken stop)
    {
        foreach (var gate in _start!.Needed.Where(gate => !_ran.Contains(gate)))
        {
            var subject = await SubjectAsync(_start.Changed, task, stop);
            if (
                ChangedFileNames.Fill(gate.Command, [.. _start.Changed.Where(new WorktreeFiles(subject.Directory).HasFile)])
                is not { } command
            )
            {
                continue;
            }
            var result = await new ProcessRunner(services.Time).RunAsync(
                new ProcessCommand("/bin/sh", "-c", command)
                {
                    WorkingDirectory = subject.Directory,
                    Environment = subject.Environment.ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
                    CleanEnvironment = true,
                    Timeout = gate.Limit,
                    OwnSession = true,
                    StopLeftovers = true,
                    Sandbox = subject.Sandbox,
                },
                stop
            );
            IsClean &= result.Succeeded != gate.Negate;
            if (!await Restorer.PutBackAsync(stop))
            {
                return $"The gate '{gate.Name}' {Unclean}";
            }
            await RecordAsync(gate, stop);
        }
        return null;
    }

    private async Task ObserveAsync(CancellationToken stop)
    {
        if (_outputs is not null)
        {
            return;
        }
        _ran.Clear();
        _outputs = new TreeOutputs(Place.Worktree.Path, Place.Aside, PrivateLayers.Of(Place.Resources));
        _outputs.Begin(await OthersAsync(stop));
    }

    // A submodule's untracked files are not among those of the worktree.
    private async Task<IEnumerable<string>> OthersAsync(CancellationToken stop) =>
        ((await WorktreeTraces.TryReadAsync(Place.Worktree, stop))?.Others ?? Restorer.Left).Concat(
            await new SubmoduleTrees(Place.Worktree).PathsAsync(stop)
        );

    private async Task<bool> RecordAsync(Gate gate, CancellationToken stop)
    {
        _ran.Add(gate);
        return _outputs!.Record(gate, await OthersAsync(stop));
    }

    /// <summary>Puts the tree back between two runs of a gate, of which a clean one starts without what the first left.</summary>
    private async Task<bool> PutBackAsync(CancellationToken stop)
    {
        if (!await Restorer.PutBackAsync(stop))
        {
            return false;
        }
        if (_start is not { IsClean: true } start)
        {
            return true;
        }
        await RecordAsync(start.Gate, stop);
        _ran.Remove(start.Gate);
        return _outputs!.TryKeepOnly(start.Needed) || await RestartAsync(stop) is null;
    }

    private void StopObserving()
    {
        _outputs?.Dispose();
        _outputs = null;
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
            Environment = StepEnvironment.Of(
                services.Environment,
                Place.Resources,
                files.Settings,
                files.Folder.Repository,
                SandboxRole.Gate
            ),
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
            PutBack = PutBackAsync,
        };

    /// <summary>Puts the tree back after a gate. One that can't be is given up: the next gate gets a fresh one.</summary>
    public async Task<GateTraces> EndAsync(CancellationToken stop)
    {
        var traces = await Restorer.EndAsync(stop);
        if (!traces.IsWhole)
        {
            await DisposeAsync();
        }
        else if (_start is { } start)
        {
            var hasLeft = await RecordAsync(start.Gate, stop);
            traces = traces with { LeavesFiles = hasLeft || traces.Removed.Count > 0 };
        }
        return traces;
    }

    public async ValueTask DisposeAsync()
    {
        _start = null;
        if (_place is { } place)
        {
            StopObserving();
            (_place, _restorer) = (null, null);
            await place.DisposeAsync();
        }
    }
}

/// <summary>A gate of several that run in one tree, and the files that it starts with.</summary>
/// <param name="Gate">The gate.</param>
/// <param name="IsClean">True if it starts from the commit, the set-up and the outputs of <paramref name="Needed"/> alone; false: from all
/// that gates before it left.</param>
/// <param name="Needed">The gates that it needs and whose files are not in the commit, in their order.</param>
/// <param name="Changed">Files that differ from the base.</param>
internal sealed record GateStart(Gate Gate, bool IsClean, IReadOnlyList<Gate> Needed, IReadOnlyList<string> Changed);
