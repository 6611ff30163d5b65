using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Workflows.Messages;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>The kinds of reasons. <c>StatusReasonFormatter.txt</c> has the words of each, and is the one place that pins them;
/// <c>APPROVE_MESSAGES=1</c> rewrites it.</summary>
public sealed class ReasonTests
{
    /// <summary>Texts that reasons may have: ids and names. Words are quoted (<see cref="VerbatimQuote"/>), or are the
    /// renderer's.</summary>
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "Activity",
        "Agent",
        "Branch",
        "Gates",
        "Host",
        "Identity",
        "Kept",
        "Label",
        "Name",
        "Path",
        "Repository",
        "Run",
        "State",
        "Target",
        "Task",
        "Workflow",
        "Worktree",
    };

    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly IReadOnlyList<string> KindNames =
    [
        .. StatusReasonJsonConverter.Kinds.Select(kind => StatusReasonJsonConverter.TypeOf(kind)!.Name),
    ];

    public static TheoryData<string> Kinds => new(KindNames);

    [Fact]
    public void Words_OfEveryKind_AreAsApproved()
    {
        var lines = KindNames.SelectMany(kind => Examples(TypeOf(kind)).Select(reason => $"{reason.Kind}: {reason}").Distinct());
        var words = string.Concat(lines.Select(line => line.ReplaceLineEndings(" | ") + "\n"));
        var approved = Path.Combine(Path.GetDirectoryName(ThisFile())!, "ReasonText.txt");
        if (Environment.GetEnvironmentVariable("APPROVE_MESSAGES") == "1")
        {
            File.WriteAllText(approved, words);
        }

        Assert.Equal(File.ReadAllText(approved), words);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Facts_OfAKind_AreNoSentences(string kind)
    {
        var facts = TypeOf(kind).GetConstructors().Single().GetParameters();

        Assert.All(
            facts,
            fact =>
                Assert.True(
                    ItemOf(fact.ParameterType) != typeof(string) || Names.Contains(fact.Name!) || fact.Name is "Parts" or "Tasks",
                    $"{kind}.{fact.Name} is a text: quote it, or make it a fact"
                )
        );
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_OfAKind_IsReadAsItWasWrittenByRecordsAndByMessages(string kind)
    {
        foreach (var reason in Examples(TypeOf(kind)))
        {
            var json = JsonSerializer.Serialize(reason, PayloadJsonOptions.Options);
            var faults = new MessageValidationFaultCollector();
            var taken = new WorkflowMessageValidator(faults).ConvertValue(JsonElement.Parse(json), typeof(Reason), "why", rules: null);

            Assert.StartsWith($"{{\"kind\":\"{reason.Kind}\"", json, StringComparison.Ordinal);
            Assert.Equal(reason.ToString(), JsonSerializer.Deserialize<Reason>(json)!.ToString());
            Assert.True(faults.None, faults.Describe());
            Assert.Equal(reason.ToString(), taken.Deserialize<Reason>(WorkflowMessageTypeDescriber.Strict)!.ToString());
        }
    }

    [Theory]
    [InlineData("""{"task":"a"}""")]
    [InlineData("""{"kind":"nonsense"}""")]
    [InlineData("""{"kind":"dependency-ended","task":"a"}""")]
    [InlineData("""{"kind":"dependency-ended","task":"a","state":"failed","words":"x"}""")]
    [InlineData("\"because\"")]
    public void Json_NoReason_IsAFault(string json)
    {
        var faults = new MessageValidationFaultCollector();

        new WorkflowMessageValidator(faults).ConvertValue(JsonElement.Parse(json), typeof(Reason), "why", rules: null);

        Assert.False(faults.None);
    }

    private static Type TypeOf(string kind) => typeof(Reason).Assembly.GetType($"{typeof(Reason).Namespace}.{kind}", throwOnError: true)!;

    /// <summary>Two examples of a kind, one with all facts and one with only the required facts.</summary>
    private static IEnumerable<Reason> Examples(Type kind) => [(Reason)Example(kind, full: true), (Reason)Example(kind, full: false)];

    private static object Example(Type type, bool full)
    {
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(fact => FactOf(fact, full))]);
    }

    private static object? FactOf(ParameterInfo fact, bool full)
    {
        var isOptional =
            Nullable.GetUnderlyingType(fact.ParameterType) is not null
            || new NullabilityInfoContext().Create(fact).ReadState == NullabilityState.Nullable;
        return !full && isOptional ? null : Sample(Nullable.GetUnderlyingType(fact.ParameterType) ?? fact.ParameterType, fact.Name!, full);
    }

    private static object Sample(Type type, string name, bool full)
    {
        if (ItemOf(type) is var item && item != type)
        {
            var list = Array.CreateInstance(item, 2);
            list.SetValue(Sample(item, $"{name} 1", full), 0);
            list.SetValue(Sample(item, $"{name} 2", full), 1);
            return list;
        }
        return type switch
        {
            _ when type == typeof(string) => $"<{name}>",
            _ when type == typeof(VerbatimQuote) => new VerbatimQuote($"«{name}»"),
            _ when type == typeof(bool) => full,
            _ when type == typeof(int) => full ? 3 : 1,
            _ when type == typeof(decimal) => 1.5m,
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(90),
            _ when type == typeof(DateTimeOffset) => Time,
            _ when type == typeof(Reason) => new FailedDependencyResumedReason($"<{name}>"),
            _ when type == typeof(DecidingUser) => DecidingUser.Of(full ? "kim@laptop" : "", full ? "because" : ""),
            _ when type == typeof(GateSummary) => new GateSummary
            {
                Proof = GateAssuranceLevel.Verified,
                Total = 2,
                Passed = 2,
            },
            _ when type == typeof(RunReviewStatus) => new RunReviewStatus
            {
                Round = 1,
                MaxRounds = 3,
                Verdict = ReviewStateNames.Accepted,
            },
            _ when type == typeof(BudgetStatus) => new BudgetStatus
            {
                Kind = full ? BudgetKinds.Run : BudgetKinds.Task,
                Scope = "run:key/run",
                Account = "claude",
                SpentUsd = full ? 20.05m : null,
                LimitUsd = full ? 20 : null,
                SpentTokens = full ? null : 1200,
                LimitTokens = full ? null : 1000,
            },
            _ when type == typeof(RunReplanStatus) => new RunReplanStatus
            {
                Round = 1,
                State = ReplanStateNames.Asked,
                By = "kim",
            },
            _ => Example(type, full),
        };
    }

    private static Type ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : type;

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
