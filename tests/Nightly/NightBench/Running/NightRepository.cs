using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.KillTest;
using Orchestrator.NightBench.Nights;
using Orchestrator.TestKit;

namespace Orchestrator.NightBench.Running;

/// <summary>The sample repository of a night, its plan, and what its user commits.</summary>
/// <param name="night">The night.</param>
/// <param name="folders">Folders of the night.</param>
public sealed class NightRepository(DrawnNight night, NightFolders folders)
{
    /// <summary>Name of the agent's program, which is a script.</summary>
    public const string AgentProgram = "claude";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly List<string> _userPieces = [];

    /// <summary>Files that no task may change.</summary>
    public static IReadOnlyList<string> BaseFiles { get; } = ["gate", "suite", "README.md", "registering.txt", "flaky.txt"];

    /// <summary>First commit.</summary>
    public string Start { get; private set; } = "";

    /// <summary>Pieces that the user committed.</summary>
    public IReadOnlyList<string> UserPieces => _userPieces;

    /// <summary>Creates the repository, the plan, the agent and the description by which agents work.</summary>
    /// <param name="sink">Port of a server that no agent may reach.</param>
    public void Create(int sink)
    {
        folders.Create();
        var samples = RepositoryFiles.Path("tests/Nightly/NightBench/ecosystems");
        File.Copy(Path.Combine(samples, "gate"), Beside("gate"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(samples, night.Ecosystem)))
        {
            File.Copy(file, Beside(Path.GetFileName(file)));
        }
        Write("README.md", $"# A sample of {night.Ecosystem}\n");
        Write("registry.txt", "registered:\n");
        Write("registering.txt", Lines(night.Tasks.Where(task => task.Registers).Select(task => task.Id)));
        Write("flaky.txt", Lines(night.Tasks.Where(task => task.HasFlakyTest).Select(task => $"{task.Id} {NightRates.FlakyPercent}")));
        Write(".nightbench", folders.Records + "\n");
        Git("init", "-q", "-b", "main");
        Git("add", "-A");
        Commit("Start");
        Start = Git("rev-parse", "HEAD");
        File.WriteAllText(
            folders.Plan,
            new JsonObject { ["tasks"] = new JsonArray([.. night.Tasks.Select(PlanOf)]) }.ToJsonString(Indented)
        );
        var agents = new JsonObject(night.Tasks.Select(task => new KeyValuePair<string, JsonNode?>(task.Id, AgentOf(task))));
        File.WriteAllText(
            Path.Combine(folders.Records, "night.json"),
            new JsonObject
            {
                ["seed"] = night.Seed,
                ["sink"] = sink,
                ["tasks"] = agents,
            }.ToJsonString()
        );
        var program = RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent");
        Shim.WriteProgram(
            Path.Combine(folders.Programs, AgentProgram),
            $$"""
            #!/bin/sh
            # The agent. It records its launch before anything else, because it may be killed at any moment.
            export NIGHTBENCH='{{folders.Records}}'
            case " $* " in
              *' -p '*)
                read -r NIGHTBENCH_START < /proc/sys/kernel/random/uuid
                export NIGHTBENCH_START
                echo "${ORCHESTRATOR_TASK:-} $(date +%s%3N)" > "$NIGHTBENCH/starts/$NIGHTBENCH_START.launch" ;;
            esac
            exec '{{program}}' "$@"
            """
        );
    }

    /// <summary>Commits work of the user on the target: a file, and a line in the file that tasks share.</summary>
    public void CommitAsUser()
    {
        var name = $"user-{(_userPieces.Count / 2) + 1}";
        Write($"user/{name}.txt", $"by {name}\n");
        File.AppendAllText(Beside("registry.txt"), name + "\n");
        // Another git may hold the lock of the index for a moment.
        for (var tries = 0; ; tries++, Thread.Sleep(100))
        {
            try
            {
                Git("add", "user", "registry.txt");
                Commit($"The user's own work: {name}");
                break;
            }
            catch (InvalidOperationException) when (tries < 50)
            {
                continue;
            }
        }
        _userPieces.AddRange([$"{name}:file", $"{name}:line"]);
    }

    /// <summary>Runs git in the repository and returns what it printed.</summary>
    public string Git(params string[] arguments) => KillRepository.GitIn(folders.Repository, arguments);

    /// <summary>Text of a task's module.</summary>
    public string ModuleOf(NightTask task)
    {
        var others = task.After.Select(id => (Id: id, night.Tasks.Single(other => other.Id == id).Number)).ToList();
        return night.Ecosystem switch
        {
            "node" => string.Concat(others.Select(other => $"import {{ {other.Id} }} from './{other.Id}.mjs';\n"))
                + $"export const {task.Id} = {task.Number};\n"
                + "export const check = () => "
                + string.Join(" && ", others.Append((task.Id, task.Number)).Select(o => $"{o.Id} === {o.Number}"))
                + ";\n",
            "python" => string.Concat(others.Select(other => $"from {other.Id} import {other.Id}\n"))
                + $"{task.Id} = {task.Number}\n\n\ndef check():\n"
                + $"    return {string.Join(" and ", others.Append((task.Id, task.Number)).Select(o => $"{o.Id} == {o.Number}"))}\n",
            _ => string.Concat(others.Select(other => $". ./src/{other.Id}.sh\n[ \"${other.Id}\" = {other.Number} ]\n"))
                + $"{task.Id}={task.Number}\n",
        };
    }

    /// <summary>Path of a task's module in the repository.</summary>
    public string FileOf(NightTask task) => $"src/{task.Id}.{night.Ecosystem switch { "node" => "mjs", "python" => "py", _ => "sh" }}";

    private JsonObject PlanOf(NightTask task) =>
        new()
        {
            ["id"] = task.Id,
            ["description"] = $"Write the module {task.Id}",
            ["prompt"] =
                $"[task {task.Id}] Write {FileOf(task)} and claims/{task.Id}.txt"
                + (task.Registers ? ", and add a line to registry.txt." : "."),
            ["files_write"] = new JsonArray(FileOf(task), $"claims/{task.Id}.txt"),
            ["files_append"] = task.Registers ? new JsonArray("registry.txt") : [],
            ["depends_on"] = new JsonArray([.. task.After.Select(id => (JsonNode)id)]),
            ["verification"] = new JsonArray(new JsonObject { ["command"] = $"./gate {task.Id}" }),
        };

    private JsonObject AgentOf(NightTask task) =>
        new()
        {
            ["kind"] = task.Kind.ToString().ToLowerInvariant(),
            ["deed"] = task.Deed,
            ["seconds"] = task.Seconds,
            ["cost"] = task.Cost,
            ["registers"] = task.Registers,
            ["claims"] = new JsonArray([.. task.Claims.Select(claim => (JsonNode)claim)]),
            ["files"] = new JsonObject { [FileOf(task)] = ModuleOf(task) },
        };

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private void Commit(string message) => Git("-c", "user.name=User", "-c", "user.email=user@localhost", "commit", "-q", "-m", message);

    private string Beside(string relative) => Path.Combine(folders.Repository, relative);

    private void Write(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Beside(relative))!);
        File.WriteAllText(Beside(relative), text);
    }
}
