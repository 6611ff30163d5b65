using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Detection;

/// <summary>
/// Builds a command that checks for a detected gate's program without running the gate. Also suggests a fix if the gate can't run. Has no
/// side effects.
/// </summary>
public static class GateProgramProbe
{
    private const string Python = "python3 -m ";

    /// <summary>
    /// Returns a command that checks the gate's program, such as <c>python3 -m pytest --version</c>, or null if no such command is known.
    /// The command must run outside the repository, because the repository's files could affect the result.
    /// </summary>
    /// <param name="gate">Gate found by <see cref="ManifestGateDetector"/>.</param>
    /// <param name="hasSetUp">True if worktrees have set-up commands, which may install programs.</param>
    public static string? CommandOf(Gate gate, bool hasSetUp)
    {
        var text = GateCommandFolderPrefixEditor.Split(gate.Command).Command;
        var words = text.Split(' ');
        return text switch
        {
            var command when IsModule(command) => hasSetUp || words[2] == "unittest"
                ? "python3 --version"
                : $"{Python}{words[2]} --version",
            _ => words[0] switch
            {
                "go" => "go version",
                "make" => "make --version",
                "npx" => "npx --version",
                "./gradlew" or "./mvnw" => "java -version",
                var program when program.StartsWith("vendor/bin/", StringComparison.Ordinal) => "php --version",
                var program when Ecosystems.Managers.Any(manager => manager.Name == program) => $"{program} --version",
                _ => null,
            },
        };
    }

    /// <summary>Returns the suggested fix for a gate that can't run.</summary>
    /// <param name="ofProject">True if the gate applies to every task, whatever its plan requires.</param>
    /// <param name="directory">Root of the repository.</param>
    /// <param name="found">Gates that were detected in the repository.</param>
    /// <param name="cause">Environment fault, or null if unknown.</param>
    public static string SuggestFix(
        Gate gate,
        bool ofProject,
        string directory,
        IReadOnlyList<Gate> found,
        EnvironmentCause? cause = null
    ) => SuggestFix(cause) ?? Installing(gate, ofProject, directory, found);

    /// <summary>
    /// Returns the suggested fix for an environment fault, or null if the fault is unknown or its fix depends on the gate's command.
    /// </summary>
    public static string? SuggestFix(EnvironmentCause? cause) =>
        cause switch
        {
            EnvironmentCause.ReadOnly or EnvironmentCause.Permission =>
                "Add the gate's output folder to 'permissions.paths' if it is outside the repository, or make the folder writable.",
            EnvironmentCause.NoSpace => "Free some space on the disk.",
            EnvironmentCause.NoNetwork =>
                "Connect to the network, allow the host (orchestrate network), or download everything during set-up (worktrees.setup).",
            EnvironmentCause.OutOfMemory => "Free some memory, or reduce the number of agents that run at once (workers).",
            EnvironmentCause.MissingService => "Start the service that the gate needs.",
            EnvironmentCause.WrongVersion => "Install the version that the gate requires.",
            _ => null,
        };

    private static string Installing(Gate gate, bool ofProject, string directory, IReadOnlyList<Gate> found) =>
        !ofProject ? "Install the missing program or package, or change the task's 'verification'."
        : SetUpOf(gate, directory, found) is { } setUp
            ? $"Install the missing program or package, or add it to the set-up of each worktree: {setUp}. To run without this "
                + "gate, set gates.task: []."
        : "Install the missing program or package, also in each worktree (worktrees.setup). To run without this gate, set gates.task: [].";

    // Installing such a project also installs its dependencies.
    private static bool IsPackage(string directory) =>
        File.Exists(Path.Combine(directory, "setup.py"))
        || (
            new WorktreeFileReaderAndWriter(directory).TryReadText("pyproject.toml") is { } manifest
            && manifest.Split('\n').Any(line => line.Trim() == "[project]")
        );

    private static bool IsModule(string command) => command.StartsWith(Python, StringComparison.Ordinal);

    // The fix is formatted as lines of .orchestrator/config.yaml.
    private static string? SetUpOf(Gate gate, string directory, IReadOnlyList<Gate> found)
    {
        if (IsModule(gate.Command))
        {
            // Lists all detected gates because a configured list replaces the detected ones.
            var commands = found.Select(other => other.Command).ToList();
            var modules = commands.Where(IsModule).Select(command => command.Split(' ')[2]).Where(module => module != "unittest");
            var requirements = string.Concat(
                ((string[])["requirements.txt", "requirements-dev.txt"])
                    .Where(file => File.Exists(Path.Combine(directory, file)))
                    .Select(file => $"-r {file} ")
                    .Append(IsPackage(directory) ? "-e . " : "")
            );
            var gates = commands.Select(command =>
                IsModule(command) ? $".venv/bin/{command.Replace("python3", "python", StringComparison.Ordinal)}" : command
            );
            return $"worktrees.setup: [\"python3 -m venv .venv\", \".venv/bin/pip install {requirements}"
                + $"{string.Join(' ', modules.Distinct())}\"] and gates.task: [{string.Join(", ", gates.Select(gate => $"\"{gate}\""))}]";
        }
        return
            gate.Command.StartsWith("npm ", StringComparison.Ordinal)
            && !Ecosystems.Npm.LockFiles.Any(file => File.Exists(Path.Combine(directory, file)))
            ? "worktrees.setup: [npm install]"
            : null;
    }
}
