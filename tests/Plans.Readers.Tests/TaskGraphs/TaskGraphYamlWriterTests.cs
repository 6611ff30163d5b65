using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.TaskGraphs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.TaskGraphs;

public sealed class TaskGraphYamlWriterTests
{
    public static TheoryData<string> GoodFiles =>
        [
            .. Directory
                .EnumerateFiles(ApprovedByUserReason.Folder("Plans"), "good-*")
                .Select(f => Path.GetFileName(f))
                .Where(f => !f.EndsWith(".txt", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(GoodFiles))]
    public void Write_ThenRead_IsTheSamePlan(string file)
    {
        var plan = TaskGraphReader.Read(File.ReadAllBytes(Path.Combine(ApprovedByUserReason.Folder("Plans"), file)), file).Plan!;

        AssertSame(plan);
    }

    [Fact]
    public void Write_RandomTexts_AreReadBackExactly()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        const string letters = "ab Z1:#-?{}[]&*!|>'\"%@`,\n\n\t\\.~é日\u2028\r\u0001😀";
        for (var i = 0; i < 300; i++)
        {
            string[] texts =
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select(_ => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => letters[random.Next(letters.Length)]))),
            ];
            if (texts.Any(t => t.EnumerateRunes().Any(r => r.Value == 0xFFFD)))
            {
                continue;
            }

            try
            {
                AssertSame(
                    new Plan
                    {
                        Request = texts[0],
                        Context = new Dictionary<string, string> { ["k" + texts[1]] = texts[2] },
                        Tasks =
                        [
                            new PlanTask
                            {
                                Id = "a",
                                Description = "x",
                                Prompt = texts[1] + "\n" + texts[2],
                                FilesWrite = [],
                                Verification = [new Gate(("run " + texts[0]).Trim())],
                            },
                        ],
                    }
                );
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"Seed {seed}, attempt {i}: {string.Join(" / ", texts.Select(t => JsonValue.Create(t).ToJsonString()))}",
                    e
                );
            }
        }
    }

    [Fact]
    public void Schema_Keys_AreThoseOfTheReader()
    {
        var schema = JsonNode.Parse(TaskGraphSchema.Text)!;

        string[] inSchema = [.. schema["$defs"]!["task"]!["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal)];
        string[] inPlan =
        [
            .. JsonNode.Parse(
                PlanJson.WriteIndented(new Plan { Tasks = [new PlanTask { Id = "a", Network = DistinctTextList.Of(["example.com"]) }] })
            )!["tasks"]![0]!
                .AsObject()
                .Select(p => p.Key)
                .Order(StringComparer.Ordinal),
        ];

        Assert.Equal(inPlan, inSchema);
        Assert.All(inSchema, key => Assert.Equal(key, TaskFieldKeySpellings.Keys.Find(key)));
    }

    private static void AssertSame(Plan plan)
    {
        var yaml = TaskGraphYamlWriter.Write(plan);

        var read = TaskGraphReader.Read(yaml, "printed.yaml");

        Assert.True(read.IsValid, $"{string.Join('\n', read.Faults)}\n{yaml}");
        Assert.Equal(PlanJson.WriteIndented(plan), PlanJson.WriteIndented(read.Plan!));
    }
}
