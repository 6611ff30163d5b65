using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Otlp;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Traces and metrics of whole runs, as a collector gets them.</summary>
public sealed class TelemetryTests
{
    private const string Plan = """
        tasks:
          - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}
          - {id: b, description: B, depends_on: [a], files_write: [b.txt], verification: [test -f b.txt]}
        """;

    [Fact]
    public async Task Run_WithACollector_SendsOneTreeInWhichTheAgentsProgramFindsItsParent()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var cli = Prepare(collector, "echo $TRACEPARENT > {0}/parent-$ORCHESTRATOR_TASK; echo x > $ORCHESTRATOR_TASK.txt");
        cli.Environment["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=secret";
        cli.Environment["OTEL_RESOURCE_ATTRIBUTES"] = "team=night%20shift";

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        var spans = collector.Spans.ToList();
        Assert.Equal(spans.Count, spans.DistinctBy(span => span.Id).Count());
        Assert.Single(spans.DistinctBy(span => span.Trace));
        var byId = spans.ToDictionary(span => Hex(span.Id));
        var root = Assert.Single(spans, span => span.Parent.Length == 0);
        Assert.Equal(("RUN", "success"), (root.Name, OtlpCollector.Find(root, TelemetryNames.RunResult)));
        // Each has its parent, and lies in it.
        foreach (var span in spans.Except([root]))
        {
            var parent = byId[Hex(span.Parent)];
            Assert.True(span.FromNanos <= span.ToNanos, span.Name);
            Assert.True(span.ToNanos <= parent.ToNanos + 1_000_000_000, $"{span.Name} ends after {parent.Name}");
        }
        Assert.Equal(2, spans.Count(span => span.Name == "task" && Hex(span.Parent) == Hex(root.Id)));
        var agents = spans.Where(span => span.Name == "invoke_agent").ToList();
        Assert.Equal(2, agents.Count);
        Assert.All(agents, agent => Assert.Equal("attempt", byId[Hex(agent.Parent)].Name));
        Assert.All(agents, agent => Assert.Equal("task", byId[Hex(byId[Hex(agent.Parent)].Parent)].Name));
        foreach (var agent in agents)
        {
            var task = OtlpCollector.Find(agent, TelemetryNames.TaskRunId)!.Split('/')[1];
            var told = (await File.ReadAllTextAsync(Path.Combine(cli.Home, $"parent-{task}"))).Trim();
            Assert.Equal($"00-{Hex(agent.Trace)}-{Hex(agent.Id)}-01", told);
        }
        Assert.Equal(2, spans.Count(span => span.Name == "gate" && byId[Hex(span.Parent)].Name == "verify"));
        Assert.Equal(2, spans.Count(span => span.Name == "merge"));
        // Conventions that still change are not sent unasked.
        Assert.DoesNotContain(
            spans.SelectMany(span => span.Attributes),
            attribute => attribute.Name.StartsWith(TelemetryNames.GenAiPrefix, StringComparison.Ordinal)
        );
        Assert.Contains(collector.Senders, sender => sender.Attributes.Any(one => one is { Name: "team", Value.Text: "night shift" }));
        Assert.All(collector.Keys, key => Assert.Equal("secret", key));
        Assert.Contains(TelemetryNames.TaskDuration, collector.Metrics.Select(metric => metric.Name));
        Assert.Contains(TelemetryNames.RunDuration, collector.Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public async Task Run_WhileTheCollectorIsAway_IsUnharmedAndSentLater()
    {
        await using var collector = await OtlpCollector.StartAsync();
        collector.IsAway = true;
        using var cli = Prepare(collector, "echo x > $ORCHESTRATOR_TASK.txt");

        var run = await cli.RunAsync("run", "--yes", "--only", "a");
        var beforeItIsBack = collector.Spans.Count;
        collector.IsAway = false;
        var next = await cli.RunAsync("run", "--yes");

        Assert.Equal((0, 0), (run.ExitCode, next.ExitCode));
        Assert.Equal(0, beforeItIsBack);
        Assert.Equal(2, collector.Spans.DistinctBy(span => span.Trace).Count());
        Assert.Equal(2, collector.Spans.Count(span => span.Name == "RUN"));
        Assert.Equal(collector.Spans.Count, collector.Spans.DistinctBy(span => span.Id).Count());
    }

    [Fact]
    public async Task Run_KilledAndResumed_IsOneTraceWhoseSpansAllHaveTheirParents()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var cli = Prepare(
            collector,
            "if [ $ORCHESTRATOR_TASK = b ]; then while [ ! -f {0}/go ]; do sleep 0.1; done; fi; echo x > $ORCHESTRATOR_TASK.txt"
        );
        cli.Environment[SemanticOptIn] = TelemetryNames.GenAiOptIn;
        var program = new OrchestrateProgram(cli.Folder, cli.Environment.ToDictionary(one => one.Key, one => (string?)one.Value));

        await program.KillWhenAsync(
            Path.Combine(cli.Home, "killed.log"),
            () => collector.Spans.Any(span => span.Name == "task"),
            "run",
            "--yes"
        );
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var resumed = await program.RunAsync("resume");

        Assert.True(resumed.ExitCode == 0, resumed.StandardError.Text);
        var spans = collector.Spans.DistinctBy(span => span.Id).ToList();
        Assert.Single(spans.DistinctBy(span => span.Trace));
        var ids = spans.Select(span => Hex(span.Id)).ToHashSet();
        Assert.Single(spans, span => span.Parent.Length == 0);
        Assert.All(spans.Where(span => span.Parent.Length > 0), span => Assert.Contains(Hex(span.Parent), ids));
        Assert.Contains(spans, span => OtlpCollector.Find(span, TelemetryNames.Operation) == "invoke_agent");
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "not a valid collector address")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "not supported")]
    public async Task Run_WithAVariableThatCannotBeUsed_IsRefusedWithTheCure(string name, string value, string told)
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var cli = Prepare(collector, "true");
        cli.Environment[name] = value;

        var run = await cli.RunAsync("run", "--yes");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(told, run.People, StringComparison.Ordinal);
        Assert.Contains("Set the variable to", run.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithoutACollector_TellsTheAgentOfNoSpan()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var cli = Prepare(collector, "env > {0}/env; echo x > $ORCHESTRATOR_TASK.txt");
        cli.Environment.Remove(TraceContext.CollectorVariable);

        var run = await cli.RunAsync("run", "--yes", "--only", "a");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("TRACEPARENT", await File.ReadAllTextAsync(Path.Combine(cli.Home, "env")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(cli.Folder, "spans-sent", SearchOption.AllDirectories));
    }

    private const string SemanticOptIn = "OTEL_SEMCONV_STABILITY_OPT_IN";

    private static CliFixture Prepare(OtlpCollector collector, string script)
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(script.Replace("{0}", cli.Home, StringComparison.Ordinal));
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write("tasks.yaml", Plan);
        cli.Environment[TraceContext.CollectorVariable] = collector.Address;
        cli.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        return cli;
    }

    private static string Hex(Google.Protobuf.ByteString id) => Convert.ToHexStringLower(id.Span);
}
