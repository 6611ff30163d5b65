using System.Text.Json.Nodes;
using Orchestrator.Settings;
using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class SchemaCommandTests
{
    [Theory]
    [InlineData("plan")]
    [InlineData("config")]
    [InlineData("run-input")]
    [InlineData("status")]
    public async Task Schema_EachKind_IsAJsonSchema(string kind)
    {
        using var cli = new CliFixture();

        var schema = await cli.RunAsync("validate", "--schema", kind);

        Assert.Equal(0, schema.ExitCode);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)schema.Json["$schema"]);
        Assert.NotEmpty((JsonObject)schema.Json["properties"]!);
    }

    [Fact]
    public async Task Schema_OfWhatThereIsNone_IsRefusedWithWhatThereIs()
    {
        using var cli = new CliFixture();

        var refused = await cli.RunAsync("validate", "--schema", "sausage");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("run-input", refused.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_OfTheConfiguration_HasEveryKey()
    {
        using var cli = new CliFixture();
        var schema = (await cli.RunAsync("validate", "--schema", "config")).Json;

        Assert.All(
            SettingDeclarationIndex.All,
            setting =>
                Assert.Contains(
                    setting.Accepts,
                    (string?)
                        setting
                            .Name.Split('.')
                            .Aggregate(
                                (JsonNode?)schema,
                                (at, part) => part == "*" ? at!["additionalProperties"] : at!["properties"]![part]
                            )!["description"],
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task Schema_OfTheStatus_HasEveryMemberThatIsPrinted()
    {
        using var cli = RunCommandTests.Repository("echo x > $ORCHESTRATOR_TASK.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        Assert.Equal(0, (await cli.RunAsync("run", "--yes")).ExitCode);
        var schema = (await cli.RunAsync("validate", "--schema", "status")).Json;

        var status = (JsonObject)(await cli.RunAsync("status", "--json")).Json;

        Assert.All(status, member => Assert.True(schema["properties"]![member.Key] is not null, member.Key));
        var task = schema["properties"]!["tasks"]!["items"]!["properties"]!;
        Assert.All((JsonObject)status["tasks"]![0]!, member => Assert.True(task[member.Key] is not null, member.Key));
    }

    [Fact]
    public async Task Schema_OfARunsInput_KnowsItsMembersAndNoOthers()
    {
        using var cli = new CliFixture();
        var schema = (await cli.RunAsync("validate", "--schema", "run-input")).Json;

        Assert.False((bool)schema["additionalProperties"]!);
        Assert.All(
            (string[])["repository", "plan", "planFile", "request", "workers"],
            member => Assert.NotNull(schema["properties"]![member])
        );
        var plan = schema["properties"]!["plan"]!;
        Assert.NotNull(plan["properties"]!["goal"]);
        Assert.Equal("#/$defs/task", (string?)plan["properties"]!["tasks"]!["items"]!["$ref"]);
        Assert.NotNull(schema["$defs"]!["task"]!["properties"]!["verify"]);
    }
}
