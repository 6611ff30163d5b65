using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Orchestrator.Workflows.Calls;
using Temporalio.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>Summaries and details of a run in Temporal's own tools.</summary>
public sealed class SummaryTests
{
    /// <summary>A step without words is one that somebody has added and forgotten here.</summary>
    [Fact]
    public void Of_EveryActivity_HasWords()
    {
        var inputs = typeof(IRunActivities)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttribute<ActivityAttribute>() is not null))
            .Select(method => method.GetParameters()[0].ParameterType)
            .Where(type => type.Assembly == typeof(IRunActivities).Assembly);

        Assert.Empty(inputs.Where(input => !HasWords(input)).Select(input => input.Name));
    }

    [Fact]
    public void Summary_OfALongTextInSeveralLines_IsOneThatServersTake()
    {
        var summary = TemporalUiTextTruncator.Summary(new string('ä', 98) + "\n😀😀")!;

        Assert.Equal(100, summary.Length);
        Assert.EndsWith("ä …", summary, StringComparison.Ordinal);
        Assert.DoesNotContain(summary, char.IsSurrogate);
        Assert.Null(TemporalUiTextTruncator.Summary(null));
    }

    [Fact]
    public async Task Run_InTheWebUI_SaysWhatItIsAboutAndWhatEachStepDoes()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a") with { Title = "Sums" }, Task("b", "a")]);
        await new RunClient(run.Client).StartAsync(
            new OrchestrationInput { Repository = "/repository", PlanFile = "tasks.yaml" },
            run.RunId
        );
        await run.ResultAsync();

        var about = await run.Run.DescribeAsync();
        var task = await run.Client.GetWorkflowHandle(RunIds.ForTask(run.RunId, "a")).DescribeAsync();

        Assert.Equal("tasks.yaml", await about.GetStaticSummaryAsync());
        Assert.Contains("- Plan: tasks.yaml\n", await about.GetStaticDetailsAsync());
        Assert.Equal("/repository", await about.Memo["repository"].ToValueAsync<string>());
        Assert.Equal("tasks.yaml", await about.Memo["plan"].ToValueAsync<string>());
        Assert.NotEmpty(await about.Memo["startedBy"].ToValueAsync<string>());
        Assert.Equal("Sums", await task.GetStaticSummaryAsync());
        Assert.Contains($"`a` of the run `{run.RunId}`", await task.GetStaticDetailsAsync());
        var steps = await StepsAsync(run, RunIds.ForTask(run.RunId, "a"));
        Assert.Contains("Run the agent of a, attempt 1, and verify its work", steps);
        Assert.Contains("Read the plan tasks.yaml", await StepsAsync(run, run.RunId));
    }

    [Fact]
    public async Task Run_OnTaskQueues_HasTheKeyOfTheRunAndTheRankOfEachStep()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")], VerifyAlone);
        await new RunClient(run.Client).StartAsync(
            new OrchestrationInput { Repository = "/repository", PlanFile = "tasks.yaml" },
            run.RunId
        );
        await run.ResultAsync();

        var ranks = new Dictionary<string, int>();
        foreach (var id in (string[])[run.RunId, RunIds.ForTask(run.RunId, "a"), RunIds.ForTrain(run.RunId)])
        {
            var events = (await run.Client.GetWorkflowHandle(id).FetchHistoryAsync()).Events;
            Assert.Equal(run.RunId, events.First().WorkflowExecutionStartedEventAttributes.Priority.FairnessKey);
            foreach (var scheduled in events.Select(one => one.ActivityTaskScheduledEventAttributes).Where(one => one is not null))
            {
                Assert.Equal(run.RunId, scheduled.Priority.FairnessKey);
                ranks[scheduled.ActivityType.Name] = scheduled.Priority.PriorityKey;
            }
        }

        Assert.Equal((1, 2, 3), (ranks["Land"], ranks["VerifyTask"], ranks["RunAgent"]));
        Assert.Equal(5, ranks["RecordProgress"]);
        Assert.Equal(64, RunIds.FairnessKey(new string('x', 65)).Length);
    }

    /// <summary>Makes the verification fail in the activity of the agent, so that another activity repeats it.</summary>
    private static void VerifyAlone(ScriptedActivities activities)
    {
        var (verify, isFirst) = (activities.Verify, 1);
        activities.Verify = input =>
            Interlocked.Exchange(ref isFirst, 0) == 1 ? throw new InvalidOperationException("The table is locked.") : verify(input);
    }

    [Fact]
    public async Task Run_ThatWaitsForAnAnswer_SaysWhatTheEndOfTheTimeMeans()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Plan = plan => plan with { ApprovalReason = "it is new" });
        await run.UntilAsync(status => status.State == RunStateNames.AwaitingApproval);

        Assert.Contains("Until a missing answer counts as no: it is new", await StepsAsync(run, run.RunId));
    }

    [Fact]
    public async Task List_ByState_FindsTheRunsThatAwaitAPerson()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")], a => a.Plan = Listed);
        await AddAttributesAsync(run);
        await run.BeginAsync();

        await UntilListedAsync(run, $"{RunSearchAttributes.StateName} = '{RunStateNames.AwaitingApproval}'");
        Assert.True((await run.Run.DescribeAsync()).TypedSearchAttributes.Get(RunSearchAttributes.NeedsAttention));
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan")));
        await run.ResultAsync();
        await UntilListedAsync(run, $"{RunSearchAttributes.StateName} = '{RunStateNames.Completed}'");
        var described = (await run.Run.DescribeAsync()).TypedSearchAttributes;
        Assert.NotEmpty(described.Get(RunSearchAttributes.Repository));
        Assert.False(described.Get(RunSearchAttributes.NeedsAttention));
        Assert.Equal((double)(await run.StatusAsync()).Cost, described.Get(RunSearchAttributes.Cost));
    }

    /// <summary>The views of the page for users, each with this run's values.</summary>
    [Fact]
    public async Task List_SavedViews_FindTheRun()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")], a => a.Plan = Listed);
        await AddAttributesAsync(run);
        await run.BeginAsync();
        await UntilListedAsync(run, $"{RunSearchAttributes.StateName} = '{RunStateNames.AwaitingApproval}'");
        var path = (await run.Run.DescribeAsync()).TypedSearchAttributes.Get(RunSearchAttributes.Repository);
        var page = await File.ReadAllTextAsync(RepositoryFiles.Path("docs/reference/temporal.md"));
        var views = page.Split("```sql\n")[1]
            .Split("```")[0]
            .Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(5, views.Count);
        foreach (var view in views.Where(view => !view.StartsWith("WorkflowId", StringComparison.Ordinal)))
        {
            await UntilListedAsync(run, view.Replace("/home/me/shop", path).Replace("> 20", ">= 0"));
        }
    }

    [Fact]
    public async Task CurrentDetails_OpenQuestion_NameTheUpdateThatAnswersIt()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Plan = plan => plan with { ApprovalReason = "it is new" });
        await run.UntilAsync(status => status.State == RunStateNames.AwaitingApproval);
        var details = (await run.Run.QueryAsync<WorkflowMetadata>("__temporal_workflow_metadata", [])).CurrentDetails;
        Assert.Contains($"- `orchestrate approve {run.RunId}/plan` or the update `approve` with `{{", details, StringComparison.Ordinal);

        var input = details.Split("the update `approve` with `")[1].Split('`')[0];
        await run
            .Client.GetWorkflowHandle(run.RunId)
            .ExecuteUpdateAsync<SteeringUpdateResult>(SteeringCatalog.ApproveUpdate, [JsonSerializer.Deserialize<JsonElement>(input)]);

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public void Updates_OfEachWay_AreThoseThatItsCommandSends()
    {
        var question = new RunQuestion { Id = "a", Question = "How?" };

        Assert.Equal(("skipTask", """{"task":"a"}"""), Of(SuggestedCommandKinds.Skip, "run/a"));
        Assert.Equal(("retryTask", """{"task":"a","text":"TEXT"}"""), Of(SuggestedCommandKinds.Guide, "run/a"));
        Assert.Equal(
            ("raiseBudget", """{"kind":"task","usd":AMOUNT,"task":"a"}"""),
            Of(SuggestedCommandKinds.RaiseBudget, "run/a", BudgetKinds.Task)
        );
        Assert.Equal(
            ("resolveEscalation", $$"""{"way":"abort","shown":"{{question.Shown}}"}"""),
            Of(SuggestedCommandKinds.Resolve, "run", EscalationResolutionKinds.Abort)
        );
        Assert.Null(Of(SuggestedCommandKinds.Diff, "run/a"));
        Assert.Null(Of(SuggestedCommandKinds.AcceptLosses, "run"));

        (string, string)? Of(string kind, string target, string? resolution = null) =>
            SuggestedCommandToUpdateConverter.Of("run", question, new SuggestedCommand(kind, target, resolution));
    }

    [Fact]
    public async Task Input_OfARun_HasOnlyWhatWasGiven()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")]);
        await new RunClient(run.Client).StartAsync(
            new OrchestrationInput { Repository = "/repository", PlanFile = "tasks.yaml" },
            run.RunId
        );
        await run.ResultAsync();

        var input = (await run.Run.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes.Input;

        Assert.Equal("""{"repository":"/repository","planFile":"tasks.yaml"}""", Assert.Single(input.Payloads_).Data.ToStringUtf8());
    }

    /// <summary>The form in older histories, with a member for every absent value.</summary>
    [Fact]
    public void Input_WithEveryMember_IsReadAsBefore()
    {
        var before = JsonSerializer.Serialize(
            new OrchestrationInput
            {
                Repository = "/r",
                Request = "more",
                Yes = true,
            },
            JsonSerializerOptions.Web
        );

        var read = JsonSerializer.Deserialize<OrchestrationInput>(before, PayloadJsonOptions.Options);

        Assert.Contains("\"planFile\":null", before, StringComparison.Ordinal);
        Assert.Equal(
            new OrchestrationInput
            {
                Repository = "/r",
                Request = "more",
                Yes = true,
            },
            read
        );
    }

    /// <summary>To set an attribute that a server does not know would fail each task of the workflow.</summary>
    [Fact]
    public async Task Run_OnAServerWithoutTheAttribute_SetsNone()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")]);

        await run.ResultAsync();

        var history = await run.Run.FetchHistoryAsync();
        Assert.DoesNotContain(
            history.Events.SelectMany(e =>
                e.UpsertWorkflowSearchAttributesEventAttributes?.SearchAttributes.IndexedFields.Keys.ToList() ?? []
            ),
            RunSearchAttributes.Types.ContainsKey
        );
    }

    [Theory]
    [InlineData(
        """{"repository":"/repository"}""",
        "The input must contain exactly one of 'plan', 'planFile', 'request' and 'requestFile', but contains 0."
    )]
    [InlineData("""{"repository":7,"planFile":"tasks.yaml"}""", "'repository' must be a string; it is 7")]
    public async Task Query_OfARunThatWasRefused_SaysThatItHasFailed(string input, string reason)
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")]);
        await run.Client.StartWorkflowAsync(
            RunClient.WorkflowType,
            [JsonSerializer.Deserialize<JsonElement>(input)],
            new WorkflowOptions(run.RunId, QueueNames.Workflows)
        );
        await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);

        var status = await run.Run.QueryAsync(w => w.Status(0, 100));

        Assert.Equal(RunStateNames.Failed, status.State);
        Assert.Contains(reason, status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfATerminatedRun_SaysWhoEndedIt()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Plan = plan => plan with { ApprovalReason = "it is new" });
        await run.UntilAsync(status => status.State == RunStateNames.AwaitingApproval);

        await run.Run.TerminateAsync("enough");

        var ended = await run.StatusAsync();
        Assert.Equal(RunStateNames.Terminated, ended.State);
        Assert.EndsWith(": enough", ended.Reason, StringComparison.Ordinal);
    }

    private static PlanOutline Listed(PlanOutline plan) =>
        plan with
        {
            ListsState = true,
            ListsRepository = true,
            ListsAttention = true,
            ListsCost = true,
            ApprovalReason = "it is new",
        };

    private static Task AddAttributesAsync(ScriptedRun run) =>
        run.Client.OperatorService.AddSearchAttributesAsync(
            new AddSearchAttributesRequest
            {
                Namespace = run.Client.Options.Namespace,
                SearchAttributes = { RunSearchAttributes.Types.ToDictionary() },
            }
        );

    private static async Task UntilListedAsync(ScriptedRun run, string query)
    {
        for (var limit = Eventually.Timeout(); ; await System.Threading.Tasks.Task.Delay(50, limit))
        {
            await foreach (var found in run.Client.ListWorkflowsAsync(query).WithCancellation(limit))
            {
                Assert.Equal(run.RunId, found.Id);
                return;
            }
        }
    }

    private static async Task<IReadOnlyList<string>> StepsAsync(ScriptedRun run, string workflowId)
    {
        var history = await run.Client.GetWorkflowHandle(workflowId).FetchHistoryAsync();
        var converter = run.Client.Options.DataConverter;
        Payload[] summaries =
        [
            .. history
                .Events.Where(e => e.EventType is EventType.ActivityTaskScheduled or EventType.TimerStarted)
                .Select(e => e.UserMetadata.Summary),
        ];
        return await System.Threading.Tasks.Task.WhenAll(summaries.Select(summary => converter.ToValueAsync<string>(summary)));
    }

    private static bool HasWords(Type input)
    {
        try
        {
            return ActivitySummaryFormatter.Of(RuntimeHelpers.GetUninitializedObject(input)) is not null;
        }
        catch (Exception)
        {
            return true; // There are words for it, with members that this one lacks.
        }
    }
}
