using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The names in the documents for programs. They stay as they are, letter by letter; more may be added.</summary>
public class PlanDocumentTests
{
    private const string Meeting = """
        tasks:
          - {id: one, description: One, files_write: [src/auth.py, src/other.py], resources_write: ["di:X"], verification: pytest}
          - {id: two, description: Two, files_write: ["src/*.py"], files_read: [docs/a.md], resources_write: ["di:X"],
            verification: pytest, unknown: 1}
          - {id: three, description: Three, depends_on: [two], files_write: [docs/a.md], verification: "true"}
          - {id: four, description: Four, depends_on: [two], files_read: [docs/a.md], files_write: [x], deps_required: {runtime: [flask]}}
        contracts:
          - {name: AuthService, file_path: contracts/auth.ts, methods: [login], consumers: [two]}
        """;

    /// <summary>
    /// Every document that is printed alone has a version. Lists of ids have none, and event lines get theirs when they are printed.
    /// </summary>
    [Fact]
    public void Documents_EachOfThemHasItsVersion()
    {
        var types = new[] { typeof(DocumentJson), typeof(RunJson), typeof(EngineJson) }
            .SelectMany(context => context.GetCustomAttributesData())
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .Except([typeof(string[]), typeof(MailLine), typeof(RunEvent)])
            .ToList();

        Assert.True(types.Count > 20, $"{types.Count} documents");
        Assert.Equal([], types.Where(type => type.GetProperty("SchemaVersion") is null).Select(type => type.Name));
    }

    public static TheoryData<string, string> Documents() =>
        new()
        {
            {
                "validate tasks.yaml --json",
                "schemaVersion plan valid taskCount errors warnings warnings[].code warnings[].file warnings[].line warnings[].column "
                    + "warnings[].field warnings[].message warnings[].cure"
            },
            {
                "validate bad.yaml --json",
                "schemaVersion plan valid taskCount warnings errors errors[].code errors[].file errors[].line errors[].column "
                    + "errors[].field errors[].message errors[].cure"
            },
            { "graph --json", "schemaVersion waves criticalPath tasks tasks[].id tasks[].wave tasks[].dependsOn tasks[].blocks" },
            {
                "conflicts --json",
                "schemaVersion count conflicts conflicts[].kind conflicts[].path conflicts[].tasks conflicts[].missingEdge "
                    + "conflicts[].missingEdge.task conflicts[].missingEdge.dependsOn warnings warnings[].path"
            },
            {
                "risk --json",
                "schemaVersion score level autoApproveThreshold factors factors[].points factors[].kind factors[].message factors[].path "
                    + "factors[].pattern factors[].count"
            },
            {
                "contracts --json",
                "schemaVersion contracts contracts[].name contracts[].version contracts[].filePath contracts[].language contracts[].stub "
                    + "contracts[].consumers"
            },
            { "environment --json", "schemaVersion hash files files[].path files[].sha256" },
            { "environment --verify 000000 --json", "schemaVersion hash files matches" },
            { "tasks list --json", "schemaVersion tasks tasks[].id tasks[].title tasks[].status tasks[].dependencies tasks[].priority" },
            { "tasks show 1 --json", "schemaVersion task task.id task.title task.status" },
            { "next --json", "schemaVersion task task.id" },
            {
                "validate tasks.yaml --print json",
                "tasks tasks[].id tasks[].description tasks[].status tasks[].depends_on tasks[].verification tasks[].required_agents "
                    + "tasks[].required_steps tasks[].notes_input tasks[].notes_output tasks[].checklist"
            },
            {
                "validate docs/plan.md --print json",
                "tasks[].id tasks[].description tasks[].status tasks[].depends_on tasks[].verification[].command "
                    + "tasks[].verification[].description tasks[].required_agents tasks[].required_steps tasks[].notes_input "
                    + "tasks[].notes_output tasks[].checklist[].id tasks[].checklist[].description tasks[].checklist[].completed"
            },
        };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Document_OfEachCommand_HasTheNamesThatProgramsRelyOn(string command, string names)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", Meeting);
        cli.Write("bad.yaml", "tasks:\n  - {id: a b}\n");
        cli.Write("package.json", "{}");
        cli.Write("docs/plan.md", "# P\n\n| Phase | Title | Status |\n|---|---|---|\n| 1 | [A](a.md) | Pending |\n");
        cli.Write("docs/a.md", "# Phase 1: A\n\n## Gates\n- pytest: passes\n\n## Tasks\n- [x] 1.1: Write it\n");
        await cli.RunAsync("add", "First");

        var found = Names((await cli.RunAsync(command.Split(' '))).Json);

        Assert.All(names.Split(' '), name => Assert.Contains(name, found));
    }

    [Fact]
    public async Task Next_NothingReady_IsNullAndExitZero()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/tasks.json", """{"tasks": []}""");

        var result = await cli.RunAsync("next", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Json.AsObject().TryGetPropertyValue("task", out var task));
        Assert.Null(task);
    }

    private static HashSet<string> Names(JsonNode document)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Collect(document, "");
        return names;

        void Collect(JsonNode? node, string path)
        {
            foreach (var (name, value) in node as JsonObject ?? [])
            {
                var full = path.Length == 0 ? name : $"{path}.{name}";
                names.Add(full);
                Collect(value, full);
            }

            foreach (var item in node as JsonArray ?? [])
            {
                Collect(item, path + "[]");
            }
        }
    }
}
