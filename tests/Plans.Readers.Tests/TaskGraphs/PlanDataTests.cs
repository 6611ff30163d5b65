using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Documents;
using Orchestrator.Plans.Readers.TaskGraphs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.TaskGraphs;

/// <summary>A plan that is sent as data is read as its file is, and fits the schema that says what may be sent.</summary>
public sealed class PlanDataTests
{
    public static TheoryData<string> Plans =>
        [
            .. Directory
                .EnumerateFiles(ApprovedByUserReason.Folder("Plans"))
                .Where(file =>
                    !file.EndsWith(".approved.txt", StringComparison.Ordinal)
                    && !Path.GetFileName(file).StartsWith("bad-", StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal)
                .Select(file => Path.Combine("Plans", Path.GetFileName(file))),
            "../../../samples/plans/login/tasks.yaml",
            "../../../samples/plans/todo-app/tasks.json",
            "../../../samples/greeter/repository/tasks.yaml",
            "../../EndToEnd.Tests/Seeds/task-graph/tasks.yaml",
        ];

    [Theory]
    [MemberData(nameof(Plans))]
    public void ReadData_APlanOfAFile_IsTheSamePlan(string file)
    {
        var (data, text) = DataOf(file);

        var sent = TaskGraphReader.ReadData(data, "plan");

        var read = TaskGraphReader.Read(text, file);
        Assert.True(sent.IsValid, string.Join('\n', sent.Faults));
        Assert.Equal(PlanJson.WriteIndented(read.Plan!), PlanJson.WriteIndented(sent.Plan!));
        // A key with nothing behind it is an oversight in a file only: data says null.
        var codes = read.Faults.Select(fault => fault.Code).Where(code => code != "empty-files-write");
        Assert.Equal(codes, sent.Faults.Select(fault => fault.Code));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Schema_APlanOfAFile_Fits(string file) =>
        Assert.Empty(SchemaCheck.FaultsOf(DataOf(file).Data, LenientTaskGraphSchemaBuilder.Schema()));

    [Theory]
    [InlineData("\"tasks.yaml\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"tasks":"all"}""")]
    [InlineData("""{"tasks":["a"]}""")]
    [InlineData("""{"tasks":[{"id":"a","description":"A"}],"defaults":[]}""")]
    [InlineData("""{"tasks":[{"id":"a","description":"A"}],"contracts":{}}""")]
    [InlineData("""{"tasks":[{"id":"a","description":"A","patch_intents":[[1]]}]}""")]
    public void Schema_WhatTheReaderRefuses_DoesNotFit(string plan)
    {
        var data = JsonSerializer.Deserialize<JsonElement>(plan);

        Assert.NotEmpty(SchemaCheck.FaultsOf(data, LenientTaskGraphSchemaBuilder.Schema()));
        Assert.False(TaskGraphReader.ReadData(data, "plan").IsValid);
    }

    [Fact]
    public void Schema_EverySpellingOfTheReader_IsNamed()
    {
        var schema = LenientTaskGraphSchemaBuilder.Schema();

        Assert.Equal(TaskGraphReader.PlanKeys.Spellings, schema["properties"]!.AsObject().Select(property => property.Key));
        Assert.Equal(
            TaskFieldKeySpellings.Keys.Spellings,
            schema["$defs"]!["task"]!["properties"]!.AsObject().Select(property => property.Key)
        );
    }

    [Fact]
    public void ReadData_AFault_NamesTheFieldAndTheCureAndNoLine()
    {
        var data = JsonSerializer.Deserialize<JsonElement>("""{"tasks":[{"id":"a","description":"A","timeout":"soon"}]}""");

        var fault = Assert.Single(TaskGraphReader.ReadData(data, "plan").Errors);

        Assert.Equal(
            "plan: error bad-value: [tasks[0].timeout] A time of more than 0 and at most 10 years is expected here, not 'soon'. "
                + "Use a number of seconds such as 1800, or a duration such as 90s, 30m or 1h30m.",
            fault.ToString()
        );
    }

    private static (JsonElement Data, string Text) DataOf(string file)
    {
        Assert.True(PlanFileBytesDecoder.TryDecode(File.ReadAllBytes(ApprovedByUserReason.Folder(file)), file, out var text, out _));
        var faults = new FaultList(file);
        var root = YamlOrJsonNode.Read(text, faults);
        return (JsonSerializer.SerializeToElement(Json(root!)), text);
    }

    // What programs send that read the file with any library.
    private static JsonNode? Json(YamlOrJsonNode node) =>
        node switch
        {
            MappingNode mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Json(entry.Value)))),
            SequenceNode list => new JsonArray([.. list.Items.Select(Json)]),
            ScalarNode { IsNull: true } => null,
            ScalarNode { IsPlain: true, Text: "true" or "false" } truth => JsonValue.Create(truth.Text == "true"),
            ScalarNode { IsPlain: true } number when int.TryParse(number.Text, out var whole) && $"{whole}" == number.Text =>
                JsonValue.Create(whole),
            _ => JsonValue.Create(((ScalarNode)node).Text),
        };
}
