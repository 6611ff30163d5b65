using Orchestrator.Gates.Packages;

namespace Orchestrator.Runs.Gates;

/// <summary>Commands that prepare a worktree and are run or cached as one unit.</summary>
/// <param name="Commands">The commands in order of execution.</param>
/// <param name="Reads">Paths of the files that determine the result, relative to the worktree's root.</param>
/// <param name="Makes">Paths of the folders that the commands create and that can be copied to other worktrees. If empty, the commands run
/// in each worktree.</param>
public sealed record SetUpStep(IReadOnlyList<string> Commands, IReadOnlyList<string> Reads, IReadOnlyList<string> Makes)
{
    /// <summary>
    /// Returns the set-up steps of a worktree. Commands in the settings form one step; without them, each lock file has its own step. There
    /// is also only one step if folders to reuse are configured, or if set-up depends on the worktree's own values.
    /// </summary>
    /// <param name="settings">Settings of worktrees.</param>
    /// <param name="found">Set-up commands of the detected lock files.</param>
    /// <param name="files">Files of the worktree.</param>
    public static IReadOnlyList<SetUpStep> Of(
        WorktreeSettings settings,
        IReadOnlyList<WorktreeSetUpShellCommand> found,
        WorktreeFileReaderAndWriter files
    )
    {
        var commands = settings.Setup ?? [.. found.Select(known => known.Command)];
        if (commands.Count == 0)
        {
            return [];
        }
        if (UsesOwnValues(commands, settings.Environment))
        {
            return [new SetUpStep(commands, [], [])];
        }
        return settings.Setup is not null || settings.Reuse is not null
            ? [new SetUpStep(commands, [.. SetUpCommandDetector.Known.SelectMany(ReadBy)], settings.Reuse ?? [])]
            :
            [
                .. found.Select(known => new SetUpStep(
                    [known.Command],
                    ReadBy(known),
                    known.Makes is { } made && IsOfPackagesAlone(known, files) ? [made] : []
                )),
            ];
    }

    /// <summary>
    /// Returns set-up steps without commands. Each step represents a folder of build outputs that other worktrees can copy.
    /// </summary>
    /// <param name="files">The worktree's files.</param>
    /// <param name="gates">Gates whose programs create the outputs, or null to include all programs.</param>
    public static IReadOnlyList<SetUpStep> BuildsOf(WorktreeFileReaderAndWriter files, IReadOnlyList<Gate>? gates = null) =>
        [
            .. Ecosystems
                .Managers.Where(manager =>
                    manager.Builds is not null
                    && gates?.Any(gate =>
                        gate.Type is GateType.Build or GateType.Test && gate.Command.Split(' ').Intersect(manager.Programs).Any()
                    ) != false
                )
                .SelectMany(manager =>
                    manager.LockFiles.Where(files.HasFile).Select(file => new SetUpStep([], [file, .. manager.Reads], [manager.Builds!]))
                ),
        ];

    /// <summary>
    /// True if the set-up may store the worktree's own port or name, for example in a database or a settings file. Its result then can't be
    /// used in another worktree.
    /// </summary>
    /// <param name="commands">The set-up commands.</param>
    /// <param name="variables">Environment variables in <c>worktrees.env</c>.</param>
    public static bool UsesOwnValues(IReadOnlyList<string> commands, IReadOnlyDictionary<string, string> variables) =>
        variables.Count > 0
        || commands.Any(command =>
            command.Contains("ORCHESTRATOR_", StringComparison.Ordinal) || command.Contains("TMPDIR", StringComparison.Ordinal)
        );

    private static IReadOnlyList<string> ReadBy(WorktreeSetUpShellCommand known) => [known.LockFile, .. known.Reads];

    // npm is the only package manager whose result can be copied. It compiles binding.gyp even if no script mentions that file.
    private static bool IsOfPackagesAlone(WorktreeSetUpShellCommand known, WorktreeFileReaderAndWriter files) =>
        !files.HasFileOrLink("binding.gyp")
        && NpmProject.InstallsPackagesAlone(files.TryReadText("package.json") ?? "", files.TryReadText(known.LockFile) ?? "");
}
