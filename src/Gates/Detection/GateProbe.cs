using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Detection;

/// <summary>Checks a found gate's program without running the gate, and names the cure if it is missing. Pure.</summary>
public static class GateProbe
{
    private const string Python = "python3 -m ";

    /// <summary>A command that checks the program, such as <c>python3 -m pytest --version</c>. It must run outside of the repository, whose
    /// files could change it. Null: there is no such command.</summary>
    /// <param name="gate">A gate that <see cref="GateDetection"/> has found.</param>
    /// <param name="hasSetUp">Worktrees are set up, which may install programs.</param>
    public static string? CommandOf(Gate gate, bool hasSetUp)
    {
        var text = GateFolder.Split(gate.Command).Command;
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

    /// <summary>The cure where a gate can't run.</summary>
    /// <param name="ofProject">It applies to every task, whatever the plan says.</param>
    /// <param name="directory">The repository's root.</param>
    /// <param name="found">The gates that were found in it.</param>
    /// <param name="cause">The machine's fault; null: not known.</param>
    public static string CureOf(Gate gate, bool ofProject, string directory, IReadOnlyList<Gate> found, EnvironmentCause? cause = null) =>
        CureOf(cause) ?? Installing(gate, ofProject, directory, found);

    /// <summary>The cure for a fault of the machine; null: it depends on the command.</summary>
    public static string? CureOf(EnvironmentCause? cause) =>
        cause switch
        {
            EnvironmentCause.ReadOnly or EnvironmentCause.Permission =>
                "Name the folder that it writes to in 'permissions.paths', if that lies outside of the repository, or make it writable.",
            EnvironmentCause.NoSpace => "Free space on that disk.",
            EnvironmentCause.NoNetwork =>
                "Connect the machine, allow the host (orchestrate network), or let set-up fetch all that is needed (worktrees.setup).",
            EnvironmentCause.OutOfMemory => "Free memory, or let fewer agents work at once (workers).",
            EnvironmentCause.MissingService => "Start the service that it needs.",
            EnvironmentCause.WrongVersion => "Install the version that it asks for.",
            _ => null,
        };

    private static string Installing(Gate gate, bool ofProject, string directory, IReadOnlyList<Gate> found) =>
        !ofProject ? "Install what it needs, or change the task's 'verification'."
        : SetUpOf(gate, directory, found) is { } setUp
            ? $"Install what it needs, or have each worktree set up with it: {setUp}. Without this gate: gates.task: []."
        : "Install what it needs, or have it installed in each worktree (worktrees.setup). Without this gate: gates.task: [].";

    // Its own packages are installed with it.
    private static bool IsPackage(string directory) =>
        File.Exists(Path.Combine(directory, "setup.py"))
        || (
            new WorktreeFiles(directory).TryReadText("pyproject.toml") is { } manifest
            && manifest.Split('\n').Any(line => line.Trim() == "[project]")
        );

    private static bool IsModule(string command) => command.StartsWith(Python, StringComparison.Ordinal);

    // As lines of .orchestrator/config.yaml.
    private static string? SetUpOf(Gate gate, string directory, IReadOnlyList<Gate> found)
    {
        if (IsModule(gate.Command))
        {
            // All found gates: the list replaces what was found.
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
