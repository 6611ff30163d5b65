using System.Reflection;
using System.Text;
using Google.Protobuf;
using Orchestrator.Messages;
using Orchestrator.Workflows.Messages;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>Payloads become arguments, or a sentence that describes their fault.</summary>
public sealed class IncomingWorkflowArgumentReaderTests
{
    [Theory]
    [InlineData("""{"id":"plan"}""")]
    [InlineData("""{"Id":"plan","Reason":""}""")]
    [InlineData("""{"ID":"plan","reason":null}""")]
    public void Read_AnyCaseOfMembers_IsTheSameRecord(string json)
    {
        Assert.Equal(new ApprovalDecisionArguments("plan"), Read(nameof(Approve), json).Values[0]);
    }

    [Theory]
    [InlineData(
        nameof(Approve),
        """{"idd":"plan"}""",
        "'idd' is unknown; known are id, reason, by",
        "'id' is missing",
        """Example: {"id":"plan","""
    )]
    [InlineData(nameof(Approve), """{"id":null}""", "'id' is missing")]
    [InlineData(nameof(Approve), """{"id":7}""", "'id' must be a string; it is 7")]
    [InlineData(nameof(Approve), """{"id":"a","Id":"b"}""", "'id' is given twice")]
    [InlineData(nameof(Approve), "\"plan\"", "'command' must be an object; it is 'plan'", """Example: {"id":"plan",""")]
    [InlineData(nameof(Approve), "[]", "must be an object; it is a list")]
    [InlineData(nameof(Approve), "{\"id\":\"\\ud800\"}", "'id' must be a string; it is a string with broken characters")]
    [InlineData(nameof(Approve), "{\"id\":\"\\u0000\"}", "a NUL character")]
    [InlineData(nameof(Approve), "{\"id\":", "The argument is not JSON")]
    [InlineData(nameof(Approve), "", "The argument is not JSON")]
    [InlineData(nameof(Approve), "null", "The argument is missing")]
    [InlineData(nameof(Concurrency), "0", "'workers' is 0; it must be 1 to 64")]
    [InlineData(nameof(Concurrency), "\"3\"", "'workers' must be a whole number in the allowed range; it is '3'")]
    [InlineData(nameof(Concurrency), "null", "'workers' is 0; it must be 1 to 64")]
    [InlineData(nameof(Concurrency), "1e99", "'workers' must be a whole number")]
    [InlineData(nameof(Hold), "\"run\" []", "")]
    [InlineData(nameof(Hold), "\"run\" [null]", "'held[0]' must be an object; it is null")]
    [InlineData(
        nameof(Hold),
        "\"run\" [{\"runId\":\"\"}]",
        "'held[0].runId' must be 1 to 1000 bytes long",
        "'held[0].taskId' is missing",
        "Arguments: runId, held"
    )]
    [InlineData(nameof(Hold), "\"run\"", "'held' is missing")]
    [InlineData(nameof(Decide), "true", "'reason' is missing", "Arguments: accepted, reason")]
    [InlineData(nameof(Start), "{\"repository\":\"/r\",\"plan\":{\"request\":\"\\ud800\"}}", "'plan' contains text with broken characters")]
    [InlineData(nameof(Start), """{"repository":"/r","until":"tomorrow"}""", "'until' must be a time such as 2026-")]
    [InlineData(nameof(Start), """{"repository":"/r","maxCost":1e40}""", "'maxCost' must be a number in the allowed range")]
    [InlineData(nameof(Nothing), "null", "")]
    public void Read_WhatIsWrong_IsSaidInASentence(string handler, string arguments, params string[] sentences)
    {
        var (_, fault) = Read(handler, arguments.Split(' '));

        Assert.All(sentences, sentence => Assert.Contains(sentence, fault));
        Assert.Equal(sentences is [""], fault.Length == 0);
        AssertClean(fault);
    }

    /// <summary>The reader of plan files validates the content of a plan when the plan is loaded.</summary>
    [Theory]
    [InlineData("""[{"id":"a","verify":"make test"}]""")]
    [InlineData("""{"goal":"G","tasks":{"a":{"description":"A","timeout":"30m","unknown":[1,null]}}}""")]
    [InlineData("""{"tasks":[{"id":"a","id":"b"}]}""")]
    public void Read_APlanAsData_IsKeptAsItWasSent(string plan)
    {
        var (values, fault) = Read(nameof(Start), $$"""{"repository":"/r","plan":{{plan}}}""");

        Assert.Empty(fault);
        Assert.Equal(plan, ((OrchestrationInput)values[0]!).Plan!.Value.GetRawText());
    }

    [Fact]
    public void Faults_APlanAsText_SaysWhereAFileIsNamed()
    {
        var (values, _) = Read(nameof(Start), """{"repository":"/r","plan":"tasks.yaml"}""");

        Assert.Equal(
            ["'plan' must be an object with 'tasks', or a list of tasks. Use 'planFile' for the path of a plan file."],
            ((OrchestrationInput)values[0]!).Faults()
        );
    }

    [Fact]
    public void Read_MoreThanItTakes_IsNotLookedAt() => Assert.Equal("run", Read(nameof(Hold), "\"run\"", "[]", "3").Values[0]);

    [Fact]
    public void Read_DeepOrLong_IsRefusedShortly()
    {
        var deep = Read(nameof(Start), $$"""{"repository":{{new string('[', 500)}}{{new string(']', 500)}}}""").Fault;
        var longText = Read(nameof(Approve), $$"""{"id":"{{new string('a', 200_000)}}"}""").Fault;
        var huge = Read(nameof(Approve), $$"""{"id":"{{new string('a', 2_000_000)}}"}""").Fault;
        var unknown = Read(nameof(Approve), $$"""{"{{new string('b', 200_000)}}":1}""").Fault;

        Assert.Contains("nested more than 64 levels deep", deep);
        Assert.Contains("'id' has 200000 characters; it must have 0 to 100000", longText);
        Assert.Contains("is 1953 KB long; the limit is 1024 KB", huge);
        Assert.All([deep, longText, huge, unknown], fault => Assert.InRange(fault.Length, 1, 600));
    }

    [Theory]
    [InlineData("binary/plain")]
    [InlineData("json/protobuf")]
    [InlineData("")]
    public void Read_ForeignEncoding_IsNamed(string encoding)
    {
        var payload = new Payload { Data = ByteString.CopyFromUtf8("{}"), Metadata = { ["encoding"] = ByteString.CopyFromUtf8(encoding) } };

        Assert.Contains(
            $"must be JSON (encoding json/plain), but its encoding is '{encoding}'",
            IncomingWorkflowArgumentReader.Read(Handler(nameof(Approve)), [new RawValue(payload)]).Fault
        );
    }

    [Fact]
    public void Read_WhatOurOwnWorkflowsSend_IsReadAsItWas()
    {
        var report = new TaskReport
        {
            Progress = new TaskProgress
            {
                Id = "a",
                State = TaskStateNames.Parked,
                Cost = 1.25m,
                Gates = null,
            },
            ExecutionId = "e",
            Sequence = 3,
            ResetAt = DateTimeOffset.UnixEpoch,
        };
        var payload = new DefaultPayloadConverter(PayloadJsonOptions.Options).ToPayload(report);

        Assert.StartsWith("""{"progress":{"id":"a","state":"parked",""", payload.Data.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equivalent(
            report,
            IncomingWorkflowArgumentReader.Read(Handler(nameof(Report)), [new RawValue(payload)]).Values[0],
            strict: true
        );
    }

    /// <summary>No names of types, no positions of bytes.</summary>
    internal static void AssertClean(string answer)
    {
        string[] words =
        [
            "System.",
            "Orchestrator.",
            "Temporalio",
            "BytePosition",
            "LineNumber",
            "$.",
            "`1",
            "Path:",
            "IReadOnly",
            "Exception",
        ];
        Assert.All(words, word => Assert.DoesNotContain(word, answer, StringComparison.Ordinal));
    }

    private static IncomingWorkflowArgumentReadResult Read(string handler, params string[] json) =>
        IncomingWorkflowArgumentReader.Read(
            Handler(handler),
            [
                .. json.Select(text => new RawValue(
                    new Payload
                    {
                        Data = ByteString.CopyFrom(Encoding.UTF8.GetBytes(text)),
                        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
                    }
                )),
            ]
        );

    private static MethodInfo Handler(string name) =>
        typeof(IncomingWorkflowArgumentReaderTests).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static void Approve(ApprovalDecisionArguments command) => _ = command;

    private static void Concurrency([System.ComponentModel.DataAnnotations.Range(1, 64)] int workers = 0) => _ = workers;

    private static void Hold([ValidTemporalIdentifier] string runId, IReadOnlyList<LeaseRequest> held) => _ = (runId, held);

    private static void Start(OrchestrationInput input, RunWorkflowCheckpoint? checkpoint = null) => _ = (input, checkpoint);

    private static void Report(TaskReport report) => _ = report;

    private static void Decide(bool accepted = false, string reason = null!) => _ = (accepted, reason);

    private static void Nothing()
    {
        // Takes nothing.
    }
}
