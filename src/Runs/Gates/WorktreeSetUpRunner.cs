using System.Security.Cryptography;
using Orchestrator.Gates.Detection;
using Orchestrator.Gates.Packages;
using Orchestrator.Gates.Running;
using Orchestrator.Gates.Turns;
using Orchestrator.Gates.Worktrees;
using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Sets up a new worktree with the commands in <c>worktrees.setup</c>, or, if there are none, with commands derived from the project's lock
/// files. Set-up is repeated only if the lock files, the commands or the worktree's own values, such as its port, have changed.
/// </summary>
public static class WorktreeSetUpRunner
{
    private const string LeftFile = "setup-left.txt";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>File names of all supported lock files, which define the packages to install.</summary>
    public static IReadOnlyCollection<string> LockFiles { get; } = [.. SetUpCommandDetector.Known.Select(k => k.LockFile)];

    /// <summary>Returns the set-up commands that apply to the current files of a checkout.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="checkout">Absolute path of the checkout.</param>
    /// <param name="gates">Gates that were found in the checkout.</param>
    public static IReadOnlyList<string> CommandsOf(OrchestratorSettings settings, string checkout, IEnumerable<Gate> gates) =>
        settings.Worktrees.Setup
        ??
        [
            .. SetUpCommandDetector
                .Detect(new WorktreeFileReaderAndWriter(checkout), ManifestGateDetector.FoldersOf(gates))
                .Select(found => found.Command),
        ];

    /// <summary>
    /// Sets up a worktree. The result of each step is copied from the cache (<see cref="SetUpCache"/>) if possible; otherwise the step is
    /// run. Cached build outputs of the run's base are copied as well.
    /// </summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="logFolder">Absolute path of the folder for the output of failed commands.</param>
    /// <param name="stop">Stops the running command.</param>
    /// <param name="isBase">True if the worktree contains exactly the files of the run's base and no agent's work.</param>
    /// <param name="task">Id of the task that uses the worktree, or empty if the worktree belongs to no single task.</param>
    /// <returns>The reason why set-up failed, or null if it succeeded.</returns>
    public static async Task<string?> RunAsync(
        Worktree worktree,
        RunPlanAndSettings files,
        RunServiceBundle services,
        string logFolder,
        CancellationToken stop,
        bool isBase = false,
        string task = ""
    )
    {
        if (await RunCommandsAsync(worktree, files, services, logFolder, isBase, task, stop) is { } failure)
        {
            return failure;
        }
        var kept = new SetUpCache(worktree, files, services);
        foreach (var step in BuildsOf(worktree, files))
        {
            var place = await kept.CacheFolderAsync(step, stop);
            if (Directory.Exists(place))
            {
                await kept.TryTakeAsync(place, step, await ProgramAsync(worktree, files, services, task, stop), stop);
            }
        }
        return null;
    }

    /// <summary>Caches the build outputs that gates created at a run's base, for later worktrees with equal lock files.</summary>
    /// <param name="worktree">A worktree in which no gates were run except at the run's base.</param>
    public static async Task KeepBuildsAsync(Worktree worktree, RunPlanAndSettings files, RunServiceBundle services, CancellationToken stop)
    {
        var kept = new SetUpCache(worktree, files, services);
        foreach (var step in BuildsOf(worktree, files))
        {
            await kept.KeepAsync(
                await kept.CacheFolderAsync(step, stop),
                step,
                await ProgramAsync(worktree, files, services, task: "", stop),
                stop
            );
        }
    }

    private static async Task<string?> RunCommandsAsync(
        Worktree worktree,
        RunPlanAndSettings files,
        RunServiceBundle services,
        string logFolder,
        bool isBase,
        string task,
        CancellationToken stop
    )
    {
        var (found, steps) = StepsOf(worktree, files);
        var commands = steps.SelectMany(step => step.Commands).ToList();
        if (commands.Count == 0)
        {
            return null;
        }
        if (files.Settings.Worktrees.Setup is null && await UnaskedAsync(worktree.Repository, found, files, stop) is { } unasked)
        {
            return unasked;
        }
        var resources = await WorktreePortAndFolderAssigner.Of(services.Environment).ClaimAsync(worktree.Path, WorktreePurpose.Idle, stop);
        var configured = files.Settings.Worktrees.Environment;

        // A reused worktree is set up again if its own values, such as its port, have changed.
        var own = SetUpStep.UsesOwnValues(commands, configured)
            ? resources.Variables(configured).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}")
            : [];
        var wanted = Fingerprint(worktree.Path, [.. commands, .. own], found.Select(k => k.LockFile));
        if (File.Exists(worktree.SetupMark) && await File.ReadAllTextAsync(worktree.SetupMark, stop) == wanted)
        {
            return null;
        }
        var program = await ProgramAsync(worktree, files, services, task, stop);
        var kept = new SetUpCache(worktree, files, services);
        var origin = new GateOrigin(worktree.Repository.MainCheckout ?? "", files.Folder.Name, task);
        foreach (var step in steps)
        {
            var place = step.Makes.Count > 0 ? await kept.CacheFolderAsync(step, stop) : null;
            if (place is not null && await kept.TryTakeAsync(place, step, program, stop))
            {
                continue;
            }
            if (await RunStepAsync(step, program, origin, Path.Combine(logFolder, "setup.log"), files, services, stop) is { } failure)
            {
                return failure;
            }
            if (place is not null && isBase)
            {
                await kept.KeepAsync(place, step, program, stop);
            }
        }
        await new SubmoduleWorktreeManager(worktree).NoteAsync(stop);
        DurableFile.Write(worktree.SetupMark, Encoding.UTF8.GetBytes(wanted));
        if ((await DirtyWorktreeFiles.TryReadAsync(worktree, stop))?.Untracked is { Count: > 0 } left)
        {
            SymlinkSafeFileWriter.Write(Path.Combine(logFolder, LeftFile), string.Concat(left.Select(path => path + "\n")));
        }
        return null;
    }

    /// <summary>Runs the commands of a set-up step.</summary>
    /// <returns>The reason for the failure, or null if all commands succeeded.</returns>
    private static async Task<string?> RunStepAsync(
        SetUpStep step,
        ChildProcessOptions program,
        GateOrigin origin,
        string log,
        RunPlanAndSettings files,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        foreach (var command in step.Commands)
        {
            using var atWork = RunningGateOrSetUp.BeginSetUp(command, origin, services.Environment, services.Time);
            var result = await new ProcessRunner(services.Time).RunAsync(program with { Arguments = ["-c", command] }, stop);
            if (!result.Succeeded)
            {
                SymlinkSafeFileWriter.Write(log, result.StandardOutput.Text + result.StandardError.Text);
                return Explain(command, result, program.WorkingDirectory!, files.Folder.Relative(log));
            }
        }
        return null;
    }

    private static async Task<ChildProcessOptions> ProgramAsync(
        Worktree worktree,
        RunPlanAndSettings files,
        RunServiceBundle services,
        string task,
        CancellationToken stop
    )
    {
        var resources = await WorktreePortAndFolderAssigner.Of(services.Environment).ClaimAsync(worktree.Path, WorktreePurpose.Idle, stop);
        return new ChildProcessOptions("/bin/sh")
        {
            WorkingDirectory = worktree.Path,
            Environment = GateAndSetUpEnvironmentBuilder
                .Of(services.Environment, resources, files.Settings, files.Folder.Repository, SandboxedProgramKind.SetUp)
                .ToDictionary(v => v.Key, v => (string?)v.Value, StringComparer.Ordinal),
            CleanEnvironment = true,
            Timeout = Limit,
            OwnSession = true,
            StopLeftovers = true,
            Sandbox = await RunSandboxFactory.OfTreeAsync(
                files.Settings,
                worktree,
                resources,
                RunSandboxFactory.PurposeOf(SandboxedProgramKind.SetUp, files.Folder, task),
                services,
                stop
            ),
        };
    }

    private static string Explain(string command, ProcessResult result, string folder, string log)
    {
        var failed = FailedCommandCause.Read(command, result, folder);
        var cause = failed.CauseInWords.Length > 0 ? $" ({failed.CauseInWords})" : "";
        var line = failed.Line.Length > 0 ? $": {failed.Line.TrimEnd('.')}" : "";
        return $"Set-up failed: '{command}' ended with exit code {result.ExitCode} in {folder}{cause}{line}; see {log}. "
            + (
                GateProgramProbe.SuggestFix(failed.Cause) is { } cure
                    ? $"{cure} Alternatively, set worktrees.setup."
                    : "Fix the command, or set worktrees.setup."
            );
    }

    /// <summary>True if at least one set-up result that can be cached for other worktrees is not in the cache yet.</summary>
    /// <param name="checkout">A worktree that contains the lock files.</param>
    public static async Task<bool> IsToBeKeptAsync(
        Worktree checkout,
        RunPlanAndSettings files,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        var kept = new SetUpCache(checkout, files, services);
        return await LacksAsync(kept, StepsOf(checkout, files).Steps.Where(step => step.Makes.Count > 0), stop);
    }

    /// <summary>True if build outputs of at least one gate can be cached for other worktrees but are not in the cache yet.</summary>
    /// <param name="checkout">A worktree that contains the lock files.</param>
    /// <param name="gates">Gates whose build outputs are checked.</param>
    public static Task<bool> LacksBuildsAsync(
        Worktree checkout,
        RunPlanAndSettings files,
        RunServiceBundle services,
        IReadOnlyList<Gate> gates,
        CancellationToken stop
    ) => LacksAsync(new SetUpCache(checkout, files, services), BuildsOf(checkout, files, gates), stop);

    // If the settings contain worktrees.reuse, only the folders listed there are copied.
    private static IReadOnlyList<SetUpStep> BuildsOf(Worktree worktree, RunPlanAndSettings files, IReadOnlyList<Gate>? gates = null) =>
        files.Settings.Worktrees.Reuse is null ? SetUpStep.BuildsOf(new WorktreeFileReaderAndWriter(worktree.Path), gates) : [];

    private static async Task<bool> LacksAsync(SetUpCache kept, IEnumerable<SetUpStep> steps, CancellationToken stop)
    {
        foreach (var step in steps)
        {
            if (!Directory.Exists(await kept.CacheFolderAsync(step, stop)))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Returns advice if set-up created files that git does not ignore, or null otherwise. Such files are removed whenever a
    /// commit is checked out for gates, so set-up has to run again. Agents may also commit them.
    /// </summary>
    /// <param name="logFolder">The folder that was passed to <see cref="RunAsync"/>.</param>
    public static string? Advice(string logFolder)
    {
        var file = Path.Combine(logFolder, LeftFile);
        return File.Exists(file)
            ? $"Set-up creates files that git does not ignore ({FileNameEncoding.List(File.ReadAllLines(file))}), so it runs again "
                + "whenever a commit is checked out for gates, and agents may commit them. Add them to .gitignore."
            : null;
    }

    private static (IReadOnlyList<WorktreeSetUpShellCommand> Found, IReadOnlyList<SetUpStep> Steps) StepsOf(
        Worktree worktree,
        RunPlanAndSettings files
    )
    {
        var tree = new WorktreeFileReaderAndWriter(worktree.Path);
        var found = SetUpCommandDetector.Detect(tree, ManifestGateDetector.FoldersOf(files.Start.Found.Gates));
        return (found, SetUpStep.Of(files.Settings.Worktrees, found, tree));
    }

    /// <summary>
    /// Returns the reason why the set-up command of a lock file is not allowed, or null if all such commands are allowed. A command is not
    /// allowed if its lock file is in the run's base, but was not in the checkout that the user approved. A lock file that the run's own
    /// work added is covered by the approval of the plan.
    /// </summary>
    private static async Task<string?> UnaskedAsync(
        GitRepository repository,
        IReadOnlyList<WorktreeSetUpShellCommand> found,
        RunPlanAndSettings files,
        CancellationToken stop
    )
    {
        // The run's own work may change the format of a lock file and thereby its command.
        var unasked = found.Where(k => !SetUpCommandDetector.CommandsFor(k.LockFile).Any(files.Start.Found.SetUp.Contains)).ToList();
        if (unasked.Count == 0)
        {
            return null;
        }
        var began = (await new RefStore(repository).ListAsync([RunRefNameBuilder.Base(files.Folder)], stop)).Values.FirstOrDefault();
        foreach (var command in unasked)
        {
            if (began is null || await new GitCommitReaderAndWriter(repository).ReadFileAsync(began, command.LockFile, stop) is not null)
            {
                return $"Set-up did not run: '{command.Command}' comes from {command.LockFile} in the run's base commit. This file "
                    + "is not in your checkout, so you have not approved the command. Check out that commit and run 'orchestrate "
                    + "trust', or set worktrees.setup.";
            }
        }
        return null;
    }

    private static string Fingerprint(string folder, IEnumerable<string> commands, IEnumerable<string> lockFiles)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var command in commands)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(command + "\n"));
        }
        foreach (var file in lockFiles)
        {
            hash.AppendData(new WorktreeFileReaderAndWriter(folder).TryRead(file, int.MaxValue) ?? []);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
