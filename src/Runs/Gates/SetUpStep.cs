using Orchestrator.Packages;

namespace Orchestrator.Runs.Gates;

/// <summary>Commands of a worktree's set-up that belong together.</summary>
/// <param name="Commands">Run in their order.</param>
/// <param name="Reads">Paths of the files that determine what they make, relative to the root.</param>
/// <param name="Makes">Paths of folders that may be copied instead; empty: the commands run in each worktree.</param>
public sealed record SetUpStep(IReadOnlyList<string> Commands, IReadOnlyList<string> Reads, IReadOnlyList<string> Makes)
{
    /// <summary>The set-up of a worktree: what a person configured as one step, what lock files ask for as one each.</summary>
    /// <param name="settings">What a person configured.</param>
    /// <param name="found">What its lock files ask for.</param>
    /// <param name="files">Its files.</param>
    public static IReadOnlyList<SetUpStep> Of(WorktreeSettings settings, IReadOnlyList<SetUpCommand> found, WorktreeFiles files)
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
            ? [new SetUpStep(commands, [.. SetUpDetection.Known.SelectMany(ReadBy)], settings.Reuse ?? [])]
            :
            [
                .. found.Select(known => new SetUpStep(
                    [known.Command],
                    ReadBy(known),
                    known.Makes is { } made && IsOfPackagesAlone(known, files) ? [made] : []
                )),
            ];
    }

    /// <summary>The folders that builds make and that other worktrees may begin with: steps without commands.</summary>
    /// <param name="files">The worktree's files.</param>
    /// <param name="gates">Only of programs that these call; null: of all.</param>
    public static IReadOnlyList<SetUpStep> BuildsOf(WorktreeFiles files, IReadOnlyList<Gate>? gates = null) =>
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

    /// <summary>True if set-up may store the worktree's port or name (in a database, a settings file), so that what it makes is of use
    /// nowhere else.</summary>
    /// <param name="commands">Its commands.</param>
    /// <param name="variables"><c>worktrees.env</c>.</param>
    public static bool UsesOwnValues(IReadOnlyList<string> commands, IReadOnlyDictionary<string, string> variables) =>
        variables.Count > 0
        || commands.Any(command =>
            command.Contains("ORCHESTRATOR_", StringComparison.Ordinal) || command.Contains("TMPDIR", StringComparison.Ordinal)
        );

    private static IReadOnlyList<string> ReadBy(SetUpCommand known) => [known.LockFile, .. known.Reads];

    // The one that makes something which can be copied is npm. A binding.gyp is built without being named in a script.
    private static bool IsOfPackagesAlone(SetUpCommand known, WorktreeFiles files) =>
        !files.HasFileOrLink("binding.gyp")
        && NpmProject.InstallsPackagesAlone(files.TryReadText("package.json") ?? "", files.TryReadText(known.LockFile) ?? "");
}
