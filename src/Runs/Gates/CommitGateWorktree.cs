using Orchestrator.Gates.Running;
using Orchestrator.Gates.Trees;
using Orchestrator.Gates.Turns;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// The worktree in which the gates for one commit run. It is checked out and set up when the first gate has to run. It is restored after
/// set-up and after each gate, because agents' code that runs there could change the files that the next gate checks.
/// </summary>
/// <param name="isMerge">True if the commit is a merge on staging.</param>
/// <param name="isBase">True if the commit is the run's base.</param>
/// <param name="evidence">Absolute path of the folder for the output of a failed set-up.</param>
/// <param name="task">Id of the task whose gates run, or empty if the gates belong to no single task.</param>
public sealed class CommitGateWorktree(
    RunPlanAndSettings files,
    GitRepository repository,
    RunServiceBundle services,
    string commit,
    bool isMerge,
    bool isBase,
    string evidence,
    string task
) : IAsyncDisposable
{
    private const string Unclean =
        "left a worktree that can't be restored to its commit, because it contains files from elsewhere or git refused.";

    private readonly HashSet<Gate> _ran = [];
    private VerificationWorktree? _place;
    private GateWorktreeRestorer? _restorer;
    private WorktreeGateFileChangeTracker? _outputs;
    private GateStartOptions? _start;

    /// <summary>The checked-out worktree. Throws if <see cref="BeginAsync"/> was not called.</summary>
    public VerificationWorktree Place => _place ?? throw new InvalidOperationException("No tree is checked out yet.");

    /// <summary>True if the worktree is checked out.</summary>
    public bool IsBegun => _place is not null;

    /// <summary>The object that restores the worktree. Throws if <see cref="BeginAsync"/> was not called.</summary>
    public GateWorktreeRestorer Restorer => _restorer ?? throw new InvalidOperationException("No tree is checked out yet.");

    /// <summary>Tracked files that the last set-up changed and that were restored afterward.</summary>
    public IReadOnlyList<string> ChangedBySetUp { get; private set; } = [];

    /// <summary>
    /// True if the current gate started with only the committed files, the results of set-up, and the outputs of gates that it requires.
    /// </summary>
    public bool IsClean { get; private set; }

    /// <summary>Files of earlier gates that are moved out of the worktree while the current gate runs.</summary>
    public IReadOnlyList<string> Stashed => _outputs?.Stashed ?? [];

    /// <summary>Checks out and sets up the worktree, unless this has already happened.</summary>
    /// <returns>The reason why set-up failed, or null if the tree is ready.</returns>
    public async Task<string?> BeginAsync(CancellationToken stop)
    {
        ChangedBySetUp = [];
        if (_place is not null)
        {
            return null;
        }
        _place = await new VerificationWorktreePool(repository, services.Environment).AcquireTreeAsync(commit, isMerge, stop);
        var (failure, made) = await SetUpAsync(stop);
        if (failure is not null)
        {
            return failure;
        }
        _restorer = new GateWorktreeRestorer(_place.Baseline, made);
        return null;
    }

    /// <summary>Prepares the worktree for a gate. Call <see cref="BeginAsync"/> first.</summary>
    /// <returns>The reason why set-up failed, or null if the tree is ready.</returns>
    internal async Task<string?> StartAsync(GateStartOptions start, CancellationToken stop)
    {
        _start = start;
        await ObserveAsync(stop);
        if (!start.IsClean)
        {
            _outputs!.RestoreAll();
            IsClean = start.Needed.All(_ran.Contains) && _outputs.AreOnlyOf(start.Needed);
            return null;
        }
        IsClean = true;
        return _outputs!.TryKeepOnly(start.Needed) ? await RunNeededAsync(stop) : await RestartAsync(stop);
    }

    /// <summary>
    /// Checks out and sets up the worktree again, because a gate changed files that come from set-up or from a required gate.
    /// </summary>
    /// <returns>The reason why this failed, or null if it succeeded.</returns>
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
        await ObserveAsync(stop);
        return await RunNeededAsync(stop);
    }

    private async Task<(string? Failure, IReadOnlySet<string> Made)> SetUpAsync(CancellationToken stop)
    {
        IReadOnlySet<string> made = new HashSet<string>();
        WorktreeSharedFolderOverlayStore.Of(Place.Resources).DiscardGates();
        if (await WorktreeSetUpRunner.RunAsync(Place.Worktree, files, services, evidence, stop, isBase, task) is { } failure)
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

    /// <summary>
    /// Runs the required gates whose outputs the worktree lacks. The verdicts of these gates are already known and do not change.
    /// </summary>
    private async Task<string?> RunNeededAsync(CancellationToken stop)
    {
        foreach (var gate in _start!.Needed.Where(gate => !_ran.Contains(gate)))
        {
            var subject = await SubjectAsync(_start.Changed, gate, stop);
            if (
                ChangedFileNames.Fill(gate.Command, [.. _start.Changed.Where(new WorktreeFileReaderAndWriter(subject.Directory).HasFile)])
                is not { } command
            )
            {
                continue;
            }
            var result = await new ProcessRunner(services.Time).RunAsync(
                new ChildProcessOptions("/bin/sh", "-c", command)
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
        // The sandbox creates folders of private layers. They exist from now on, so that they do not count as outputs of the first gate.
        _ = await SubjectAsync(_start!.Changed, _start.Gate, stop);
        _ran.Clear();
        _outputs = new WorktreeGateFileChangeTracker(
            Place.Worktree.Path,
            Place.StashFolder,
            WorktreeSharedFolderOverlayStore.Of(Place.Resources)
        );
        _outputs.Begin(await OthersAsync(stop));
    }

    // Git does not list the untracked files of submodules among those of the worktree.
    private async Task<IEnumerable<string>> OthersAsync(CancellationToken stop) =>
        ((await DirtyWorktreeFiles.TryReadAsync(Place.Worktree, stop))?.Others ?? Restorer.Left).Concat(
            await new SubmoduleWorktreeManager(Place.Worktree).PathsAsync(stop)
        );

    private async Task<bool> RecordAsync(Gate gate, CancellationToken stop)
    {
        _ran.Add(gate);
        return _outputs!.Record(gate, await OthersAsync(stop));
    }

    /// <summary>
    /// Restores the worktree before a gate is run again. A gate with a clean start then starts without the files of its first run.
    /// </summary>
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

    /// <summary>Returns the context in which a gate runs in this worktree. Call <see cref="BeginAsync"/> first.</summary>
    /// <param name="changed">Paths of the files that differ from the base.</param>
    /// <param name="gate">The gate, which may have its own allowed hosts, or null for no particular gate.</param>
    public async Task<GateRunContext> SubjectAsync(IReadOnlyList<string> changed, Gate? gate, CancellationToken stop) =>
        new()
        {
            Directory = Place.Worktree.Path,
            ChangedFiles = changed,
            Planned = [.. files.Plan.Tasks.SelectMany(t => (t.FilesWrite ?? []).Concat(t.FilesAppend))],
            MayWriteAnything = files.Plan.Tasks.Any(t => t.FilesWrite is null),
            Environment = GateAndSetUpEnvironmentBuilder.Of(
                services.Environment,
                Place.Resources,
                files.Settings,
                files.Folder.Repository,
                SandboxedProgramKind.Gate
            ),
            TemporaryFolder = Place.Resources.TemporaryFolder,
            Sandbox = await RunSandboxFactory.OfTreeAsync(
                files.Settings,
                Place.Worktree,
                Place.Resources,
                RunSandboxFactory.PurposeOf(SandboxedProgramKind.Gate, files.Folder, task) with
                {
                    Hosts = gate?.Network ?? (IReadOnlyList<string>)[],
                },
                services,
                stop
            ),
            Origin = new GateOrigin(repository.MainCheckout ?? "", files.Folder.Name, task)
            {
                Priority = files.Settings.Usage.Priority,
                Weight = files.Settings.Usage.Weight,
            },
            PutBack = PutBackAsync,
        };

    /// <summary>Restores the worktree after a gate. If that fails, the worktree is discarded and the next gate gets a new one.</summary>
    public async Task<GateWorktreeRestoreResult> EndAsync(CancellationToken stop)
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

/// <summary>A gate, with options that determine which files exist when the gate starts.</summary>
/// <param name="Gate">The gate.</param>
/// <param name="IsClean">True if the gate starts with only the commit, the set-up and the outputs of <paramref name="Needed"/>. False if it
/// starts with all files that earlier gates left.</param>
/// <param name="Needed">Gates whose outputs this gate requires and the tree lacks, in order of execution.</param>
/// <param name="Changed">Paths of the files that differ from the base.</param>
internal sealed record GateStartOptions(Gate Gate, bool IsClean, IReadOnlyList<Gate> Needed, IReadOnlyList<string> Changed);
