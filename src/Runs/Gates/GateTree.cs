using Orchestrator.Gates.Running;
using Orchestrator.Gates.Trees;
using Orchestrator.Gates.Turns;

namespace Orchestrator.Runs.Gates;

/// <summary>The tree in which the gates of one commit run. It is checked out and set up when the first gate has to run, and restored after
/// set-up and after each gate. Set-up and gates run an agent's code, which could otherwise change what the next gate checks.</summary>
/// <param name="isMerge">True if the commit is a merge on staging.</param>
/// <param name="isBase">True if the commit is the run's base.</param>
/// <param name="evidence">Folder for the output of failed set-up.</param>
/// <param name="task">Id of the task whose gates run, or empty for the run as a whole.</param>
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
    private const string Unclean =
        "left a worktree that can't be restored to its commit, because of foreign files in it or a " + "refusal of git.";

    private readonly HashSet<Gate> _ran = [];
    private VerificationTree? _place;
    private GateRestorer? _restorer;
    private TreeOutputs? _outputs;
    private GateStart? _start;

    /// <summary>The checked-out tree. Valid only after <see cref="BeginAsync"/>.</summary>
    public VerificationTree Place => _place ?? throw new InvalidOperationException("No tree is checked out yet.");

    /// <summary>True if a tree is checked out.</summary>
    public bool IsBegun => _place is not null;

    /// <summary>Restores the tree. Valid only after <see cref="BeginAsync"/>.</summary>
    public GateRestorer Restorer => _restorer ?? throw new InvalidOperationException("No tree is checked out yet.");

    /// <summary>Tracked files that the last set-up changed and that were restored.</summary>
    public IReadOnlyList<string> ChangedBySetUp { get; private set; } = [];

    /// <summary>True if the current gate started from only the commit, the set-up and the outputs of gates that it needs.</summary>
    public bool IsClean { get; private set; }

    /// <summary>Files of earlier gates that are hidden from the current gate.</summary>
    public IReadOnlyList<string> Stashed => _outputs?.Stashed ?? [];

    /// <summary>Checks out and sets up the tree if necessary.</summary>
    /// <returns>The reason why set-up failed, or null if the tree is ready.</returns>
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

    /// <summary>Prepares the tree for one of several gates that may leave files. Valid only after <see cref="BeginAsync"/>.</summary>
    /// <returns>The reason why set-up failed, or null if the tree is ready.</returns>
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

    /// <summary>Checks out and sets up the tree again, because a gate changed files of the set-up or of a required gate.</summary>
    /// <returns>The reason for the failure, or null if it succeeded.</returns>
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
        // Creates the folders of private layers, which the paths of a sandbox in use refer to.
        _ = await SubjectAsync(_start!.Changed, task, _start.Gate, stop);
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

    /// <summary>Reruns required gates whose outputs are missing from this tree. Their verdicts are already known.</summary>
    private async Task<string?> RunNeededAsync(CancellationToken stop)
    {
        foreach (var gate in _start!.Needed.Where(gate => !_ran.Contains(gate)))
        {
            var subject = await SubjectAsync(_start.Changed, task, gate, stop);
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
        _outputs = new TreeOutputs(Place.Worktree.Path, Place.StashFolder, PrivateLayers.Of(Place.Resources));
        _outputs.Begin(await OthersAsync(stop));
    }

    // The worktree's untracked files do not include those of submodules.
    private async Task<IEnumerable<string>> OthersAsync(CancellationToken stop) =>
        ((await WorktreeLeftovers.TryReadAsync(Place.Worktree, stop))?.Others ?? Restorer.Left).Concat(
            await new SubmoduleTrees(Place.Worktree).PathsAsync(stop)
        );

    private async Task<bool> RecordAsync(Gate gate, CancellationToken stop)
    {
        _ran.Add(gate);
        return _outputs!.Record(gate, await OthersAsync(stop));
    }

    /// <summary>Restores the tree between two runs of a gate. A clean gate starts without the files of its first run.</summary>
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

    /// <summary>Returns the tree as input for a gate. Valid only after <see cref="BeginAsync"/>.</summary>
    /// <param name="changed">Files that differ from the base.</param>
    /// <param name="task">Id of the task whose work is checked, or empty if the work belongs to no single task.</param>
    /// <param name="gate">The gate, which may have hosts of its own; or null for none.</param>
    public async Task<GateSubject> SubjectAsync(IReadOnlyList<string> changed, string task, Gate? gate, CancellationToken stop) =>
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
                StepSandbox.PurposeOf(SandboxRole.Gate, files.Folder, task) with
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

    /// <summary>Restores the tree after a gate. A tree that cannot be restored is discarded, and the next gate gets a fresh one.</summary>
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

/// <summary>One of several gates that run in the same tree, with the files that it starts from.</summary>
/// <param name="Gate">The gate.</param>
/// <param name="IsClean">True if it starts from only the commit, the set-up and the outputs of <paramref name="Needed"/>; false if it
/// starts from everything that earlier gates left.</param>
/// <param name="Needed">Gates whose outputs it requires and whose files are not in the commit, in order.</param>
/// <param name="Changed">Files that differ from the base.</param>
internal sealed record GateStart(Gate Gate, bool IsClean, IReadOnlyList<Gate> Needed, IReadOnlyList<string> Changed);
