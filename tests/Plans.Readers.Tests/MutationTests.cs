using System.Globalization;
using System.Text;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.MasterPlans;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Plans.Readers.Tests.Backlogs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests;

/// <summary>
/// Readers answer to every input with a plan or with faults; they never throw: 10,000 inputs per format. ORCHESTRATE_SEED=N repeats a run.
/// </summary>
public sealed class MutationTests
{
    private static readonly string[] Pieces =
    [
        "\t",
        "\r",
        "\0",
        "\n",
        ":",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a",
        "*a",
        "<<: *a",
        "!!str",
        "---\n",
        "...\n",
        "|",
        ">",
        "'",
        "\"",
        "#",
        "\\",
        "%",
        "@",
        "`",
        "```\n",
        "|---|",
        "<!--",
        "-->",
        "\ufeff",
        "\ud800",
        "é",
        "😀",
        "tasks:",
        "null",
        "~",
        "../",
        "/",
        "1e999",
        "-1",
        "? ",
        "Phase 1 --> Phase 1",
        "](",
        "**",
        "| | |",
        new string('[', 200),
        new string(' ', 300),
        new string('\n', 50),
    ];

    private const int Attempts = 10_000;

    [Theory]
    [InlineData("*.yaml", "plan.yaml")]
    [InlineData("*.json", "plan.json")]
    public void TaskGraphReader_MutatedInput_NeverThrows(string pattern, string file)
    {
        byte[][] seeds =
        [
            .. Directory
                .EnumerateFiles(ApprovedByUserReason.Folder("TaskGraphs/Plans"), pattern)
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllBytes),
        ];

        Mutate(
            seeds,
            content =>
            {
                var result = TaskGraphReader.Read(content, file);
                Assert.NotEqual(result.IsValid, result.Errors.Count > 0);
                if (result.Plan is { } plan)
                {
                    // What was accepted can be asked everything.
                    _ = result.WithConflicts().WithAdvice().Faults;
                    _ = RiskScore.Of(plan, new RiskScoreOptions());
                    _ =
                        TaskGraphReader.Read(TaskGraphYamlWriter.Write(plan), "again.yaml").Plan
                        ?? throw new InvalidOperationException(
                            "The printed plan is not valid: "
                                + string.Join('\n', TaskGraphReader.Read(TaskGraphYamlWriter.Write(plan), "again.yaml").Errors)
                        );
                    _ = plan.Tasks.Select(t => TaskPromptRenderer.Render(TaskPromptInput.Of(plan, t))).ToList();
                }
            }
        );
    }

    [Fact]
    public void MasterPlanReader_MutatedInput_NeverThrows()
    {
        var folder = ApprovedByUserReason.Folder("MasterPlans/Plans");
        byte[][] seeds =
        [
            .. Directory
                .EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllBytes),
        ];
        byte[] phase = [];

        Mutate(
            seeds,
            content =>
            {
                // Each mutated text is once the master plan and once every phase of the one before.
                var result = MasterPlanReader.Read(content, "docs/master-plan.md", _ => phase);
                Assert.NotEqual(result.IsValid, result.Errors.Count > 0);
                _ = result.WithConflicts().WithAdvice().Faults;
                _ = MasterPlanStatus.Update(Encoding.UTF8.GetString(content), new Dictionary<string, string> { ["1"] = "Completed" });
                phase = content;
            }
        );
    }

    [Fact]
    public void BacklogReader_MutatedInput_NeverThrows()
    {
        byte[][] seeds =
        [
            .. (
                (string[])
                    [
                        BacklogReaderTests.Tagged,
                        """{"tasks":[{"id":"1","title":"T","dependencies":["2"]},"""
                            + """{"id":2,"title":"U","priority":"high","subtasks":[{"id":1,"title":"S"}]}],"mine":1}""",
                    ]
            ).Select(Encoding.UTF8.GetBytes),
        ];

        Mutate(
            seeds,
            content =>
            {
                var result = BacklogReader.Read(content, "tasks.json");
                Assert.True(result.File is not null || result.Errors.Any());
                if (result.File is { } file)
                {
                    // What was accepted can be asked, and no change is no other byte.
                    _ = file.Backlog.Next();
                    if (file.Backlog.Tasks.Count > 0)
                    {
                        Assert.Equal(content, file.Write(file.Backlog));
                    }
                    var changed = file.Backlog.Add(new BacklogTask { Id = "", Title = "Added" }).Backlog;
                    foreach (var task in file.Backlog.All)
                    {
                        changed = changed.SetStatus(task.Id, BacklogStatus.InProgress);
                    }
                    var again = BacklogReader.Read(file.Write(changed), "tasks.json", file.Tag);
                    Assert.True(again.File!.Backlog.HasSameContent(changed));
                }

                _ = BacklogPlanReader.Read(content, ".taskmaster/tasks/tasks.json", _ => null);
                _ = PlannerBacklogAnswerParser.Read(Encoding.UTF8.GetString(content));
            }
        );
    }

    private static void Mutate(byte[][] seeds, Action<byte[]> read)
    {
        var seed = int.TryParse(
            Environment.GetEnvironmentVariable("ORCHESTRATE_SEED"),
            NumberStyles.Integer,
            CultureInfo.InvariantCulture,
            out var given
        )
            ? given
            : Environment.TickCount;
        var random = new Random(seed);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var content = seeds[random.Next(seeds.Length)];
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                content = Mutated(content, seeds, random);
            }

            try
            {
                read(content);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"ORCHESTRATE_SEED={seed}, attempt {attempt}: {Convert.ToBase64String(content)}", e);
            }
        }
    }

    private static byte[] Mutated(byte[] content, byte[][] seeds, Random random)
    {
        var at = random.Next(content.Length + 1);
        var length = Math.Min(random.Next(1, 30), content.Length - at);
        return random.Next(7) switch
        {
            0 => [.. content[..at], .. content[(at + length)..]],
            1 => [.. content[..at], .. Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]), .. content[at..]],
            2 => [.. content[..at], .. content[at..(at + length)], .. content[at..]],
            3 => [.. content[..at], (byte)random.Next(256), .. content[Math.Min(at + 1, content.Length)..]],
            4 => content[..at],
            5 => [.. content[..at], .. seeds[random.Next(seeds.Length)]],
            _ => WithoutLine(content, random),
        };
    }

    private static byte[] WithoutLine(byte[] content, Random random)
    {
        var lines = Encoding.Latin1.GetString(content).Split('\n');
        var at = random.Next(lines.Length);
        return Encoding.Latin1.GetBytes(string.Join('\n', [.. lines[..at], .. lines[(at + 1)..]]));
    }
}
