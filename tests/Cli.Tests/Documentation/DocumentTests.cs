using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.MasterPlans;
using Orchestrator.Plans.Readers.Quarantine;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>Everything that user pages name exists: files, headings, commands, options, settings, plan keys.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Pages { get; } = [.. DocumentFiles.All];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_Links_LeadSomewhere(string page)
    {
        foreach (var target in Link().Matches(DocumentFiles.Prose(page)).Select(match => match.Groups["target"].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal))
            {
                continue;
            }
            var parts = target.Split('#');
            var file =
                parts[0].Length == 0
                    ? page
                    : Path.GetRelativePath(
                        RepositoryFiles.Root,
                        Path.GetFullPath(parts[0], Path.GetDirectoryName(RepositoryFiles.Path(page))!)
                    );
            Assert.True(Path.Exists(RepositoryFiles.Path(file)), $"{page}: the link to {target} leads nowhere.");
            if (parts.Length > 1)
            {
                Assert.True(DocumentFiles.Anchors(file).Contains(parts[1]), $"{page}: {file} has no heading #{parts[1]}.");
            }
        }
    }

    [Fact]
    public void Index_EveryPage_IsNamed()
    {
        var index = DocumentFiles.Read("docs/README.md");
        Assert.All(
            DocumentFiles.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page != "docs/README.md"),
            page => Assert.Contains($"({page["docs/".Length..]})", index, StringComparison.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_CommandLines_ExistInTheCommandTable(string page)
    {
        var written = DocumentFiles
            .CodeSpans(page)
            .Concat(DocumentFiles.Blocks(page, "sh"))
            .Concat(DocumentFiles.Blocks(page, "text"))
            .SelectMany(WrittenCommand.In);

        Assert.All(written, line => Assert.Null(WrittenCommand.FaultOf(line)));
    }

    [Theory]
    [InlineData("orchestrate run PLAN -n --workers 3 | less", true)]
    [InlineData("orchestrate tasks add \"a --title\" --priority high", true)]
    [InlineData("orchestrate runn", false)]
    [InlineData("orchestrate run --wokers 3", false)]
    [InlineData("orchestrate status --guidance TEXT", false)]
    public void FaultOf_CommandLine_NamesWhatIsNotThere(string line, bool isOurs) =>
        Assert.Equal(isOurs, WrittenCommand.FaultOf(line) is null);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_YamlExamples_AreReadWithoutAWord(string page)
    {
        foreach (
            var part in DocumentFiles
                .Blocks(page, "yaml")
                .SelectMany(block => FilePart().Split(block))
                .Where(part => part.Trim().Length > 0)
        )
        {
            var name = part.Split('\n')[0];
            if (name.StartsWith('#') && name.Contains("config.yaml", StringComparison.Ordinal))
            {
                var file = new ConfigurationFileText("config.yaml", part);
                var read = SettingsLoader.Load(
                    name.Contains('~', StringComparison.Ordinal)
                        ? new RawSettingSourceContent { UserFile = file }
                        : new RawSettingSourceContent { IsTrusted = true, RepositoryFile = file }
                );
                Assert.Empty(read.Errors.Concat(read.Warnings).Select(fault => $"{page}: {fault}"));
                continue;
            }
            if (name.StartsWith('#') && name.Contains(TestQuarantine.FileName, StringComparison.Ordinal))
            {
                Assert.Empty(TestQuarantineReader.Read(part).Faults.Select(fault => $"{page}: {fault}"));
                continue;
            }
            var isPlan = TopLevelTasks().IsMatch(part);
            Assert.True(isPlan || name.StartsWith("# tasks.yaml", StringComparison.Ordinal), $"{page}: say which file this is of:\n{part}");
            var plan = isPlan ? part : "tasks:\n  - id: a-task\n    description: A task\n" + Line().Replace(part, "    ");
            Assert.Empty(TaskGraphReader.Read(plan, "tasks.yaml").Faults.Select(fault => $"{page}: {fault}"));
        }
    }

    [Fact]
    public void PlanFormat_Tables_NameEveryKey()
    {
        var page = DocumentFiles.Read("docs/reference/plan-format.md");
        using var schema = JsonDocument.Parse(TaskGraphSchema.Text);
        var keys = schema
            .RootElement.GetProperty("properties")
            .EnumerateObject()
            .Concat(schema.RootElement.GetProperty("$defs").GetProperty("task").GetProperty("properties").EnumerateObject())
            .Select(property => property.Name)
            .Where(name => !name.StartsWith('$'));

        Assert.All(keys, key => Assert.Contains($"`{key}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void PlanFormat_MasterPlanAndBacklog_AreReadWithoutAWord()
    {
        byte[][] examples = [.. DocumentFiles.Blocks("docs/reference/plan-format.md", "text").Select(Encoding.UTF8.GetBytes)];

        var master = MasterPlanReader.Read(examples[0], "PLAN.md", file => file == "phase2.md" ? examples[1] : null);
        var backlog = BacklogReader.Read(examples[2], ".orchestrator/tasks.json");

        Assert.Empty(master.Faults.Concat(backlog.Faults).Select(fault => fault.ToString()));
        Assert.Equal(2, master.Plan!.Tasks[1].Verification.Count);
    }

    [Fact]
    public void TemporalPage_StartInputAndMessages_AreAllNamed()
    {
        var page = DocumentFiles.Read("docs/reference/temporal.md");
        var members = typeof(OrchestrationInput)
            .GetProperties()
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name)
            .OfType<string>();
        var messages = typeof(IOrchestrationWorkflow)
            .GetMethods()
            .Select(method =>
                method.GetCustomAttribute<WorkflowUpdateAttribute>()?.Name ?? method.GetCustomAttribute<WorkflowQueryAttribute>()?.Name
            )
            .OfType<string>();

        Assert.All(members.Concat(messages), name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    /// <summary>Headings of the page are messages with … where they name something.</summary>
    [Fact]
    public void Troubleshooting_Messages_AreThoseOfTheCode()
    {
        var code = Joined().Replace(string.Concat(SourceFiles().Select(File.ReadAllText)), "");
        var messages = Message()
            .Matches(DocumentFiles.Read("docs/reference/troubleshooting.md"))
            .Select(match => match.Groups["text"].Value)
            .ToList();

        Assert.NotEmpty(messages);
        Assert.All(
            messages.SelectMany(message => message.Split('…')).Select(part => part.Trim()).Where(part => part.Length > 0),
            part => Assert.Contains(part, code, StringComparison.Ordinal)
        );
    }

    private static IEnumerable<string> SourceFiles() =>
        ((string[])["src", "workflows", "activities"])
            .SelectMany(folder => Directory.EnumerateFiles(RepositoryFiles.Path(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));

    // A text that continues in the next line of code.
    [GeneratedRegex(@"""\s*\+\s*\$?""")]
    private static partial Regex Joined();

    [GeneratedRegex("^### `(?<text>[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Message();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    // An example may show several files, each after a line with its name.
    [GeneratedRegex(@"(?=^# \S*\.yaml)", RegexOptions.Multiline)]
    private static partial Regex FilePart();

    [GeneratedRegex("^tasks:", RegexOptions.Multiline)]
    private static partial Regex TopLevelTasks();

    [GeneratedRegex("^(?=.)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
