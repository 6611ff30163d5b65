using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orchestrator.Temporal.Sdk.Tests.Workflows;
using Orchestrator.TestKit;
using Temporalio.Client;
using Temporalio.Extensions.DiagnosticSource;
using Temporalio.Runtime;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Common;

public sealed class RuntimeTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Prometheus_OfTwoRuntimes_ServesEachItsOwn()
    {
        var (one, oneAddress) = WithPrometheus(new());
        var (other, otherAddress) = WithPrometheus(
            new()
            {
                HasCounterTotalSuffix = true,
                HasUnitSuffix = true,
                UseSecondsForDuration = true,
                HistogramBucketOverrides = new Dictionary<string, IReadOnlyCollection<double>> { ["own"] = [5, 6.5] },
            }
        );
        var client = await TemporalClient.ConnectAsync(Options(one));
        await client.Connection.WorkflowService.GetSystemInfoAsync(new());
        var own = other.MetricMeter.CreateHistogram<double>("own").WithTags([new("quote", "a\"b"), new("flag", true)]);
        own.Record(4.5);
        own.Record(6);
        own.Record(7);
        other.MetricMeter.CreateCounter<int>("sum", description: "What is added.").Add(2);
        other.MetricMeter.CreateGauge<long>("level-now").Set(-3);
        other.MetricMeter.CreateHistogram<TimeSpan>("took").Record(TimeSpan.FromMilliseconds(70));

        var served = await ReadAsync(oneAddress);
        Assert.Matches("""temporal_request\{namespace="",operation="GetSystemInfo",service_name="temporal-core-sdk"\} \d""", served);
        Assert.Contains("# TYPE temporal_request_latency histogram", served, StringComparison.Ordinal);
        Assert.DoesNotContain("own", served, StringComparison.Ordinal);
        const string Labels = """service_name="temporal-core-sdk" """;
        Assert.Equal(
            $$"""
            # TYPE level_now gauge
            level_now{{{Labels.Trim()}}} -3
            # TYPE own histogram
            own_bucket{flag="true",quote="a\"b",{{Labels.Trim()}},le="5"} 1
            own_bucket{flag="true",quote="a\"b",{{Labels.Trim()}},le="6.5"} 2
            own_bucket{flag="true",quote="a\"b",{{Labels.Trim()}},le="+Inf"} 3
            own_sum{flag="true",quote="a\"b",{{Labels.Trim()}}} 17.5
            own_count{flag="true",quote="a\"b",{{Labels.Trim()}}} 3
            # HELP sum_total What is added.
            # TYPE sum_total counter
            sum_total{{{Labels.Trim()}}} 2
            # TYPE took_seconds histogram
            took_seconds_bucket{{{Labels.Trim()}},le="0.05"} 0
            took_seconds_bucket{{{Labels.Trim()}},le="0.1"} 1
            took_seconds_bucket{{{Labels.Trim()}},le="0.5"} 1
            took_seconds_bucket{{{Labels.Trim()}},le="1"} 1
            took_seconds_bucket{{{Labels.Trim()}},le="2.5"} 1
            took_seconds_bucket{{{Labels.Trim()}},le="10"} 1
            took_seconds_bucket{{{Labels.Trim()}},le="+Inf"} 1
            took_seconds_sum{{{Labels.Trim()}}} 0.07
            took_seconds_count{{{Labels.Trim()}}} 1

            """,
            await ReadAsync(otherAddress)
        );
    }

    /// <summary>What a collector gets, decoded with protobuf's own reader: the numbers of fields are those of OTLP.</summary>
    [Theory]
    [InlineData(OpenTelemetryProtocol.Grpc, OpenTelemetryMetricTemporality.Cumulative)]
    [InlineData(OpenTelemetryProtocol.Http, OpenTelemetryMetricTemporality.Delta)]
    public async Task OpenTelemetry_OfARuntime_SendsToTheCollector(
        OpenTelemetryProtocol protocol,
        OpenTelemetryMetricTemporality temporality
    )
    {
        await using var collector = await OtlpCollector.StartAsync(protocol);
        var runtime = new TemporalRuntime(
            new(
                new()
                {
                    Metrics = new(
                        new OpenTelemetryOptions(collector.Url)
                        {
                            Protocol = protocol,
                            MetricTemporality = temporality,
                            MetricsExportInterval = TimeSpan.FromMilliseconds(20),
                            Headers = [new("X-Key", "secret")],
                        }
                    )
                    {
                        GlobalTags = [new("global", "tag")],
                    },
                }
            )
        );
        var sum = runtime.MetricMeter.CreateCounter<int>("sum", "things", "What is added.").WithTags([new("flag", true)]);
        sum.Add(2);
        runtime.MetricMeter.CreateHistogram<double>("own").Record(70);
        runtime.MetricMeter.CreateGauge<double>("level").Set(-1.5);

        var first = await collector.MetricAsync("sum");
        Assert.Equal(("things", "What is added.", 2L), (first.Unit, first.Description, first.Whole));
        Assert.True(first.IsMonotonic);
        Assert.Equal(temporality == OpenTelemetryMetricTemporality.Delta ? 1UL : 2UL, first.Temporality);
        Assert.Equal(
            new Dictionary<string, object>
            {
                ["flag"] = true,
                ["global"] = "tag",
                ["service_name"] = "temporal-core-sdk",
            },
            first.Tags
        );
        var own = await collector.MetricAsync("own");
        Assert.Equal((1UL, 70.0), (own.Count, own.Real));
        Assert.Equal([0, 1, 0, 0, 0, 0, 0], own.Buckets);
        Assert.Equal([50, 100, 500, 1000, 2500, 10_000], own.Bounds);
        Assert.Equal(-1.5, (await collector.MetricAsync("level")).Real);
        Assert.Equal("secret", collector.Key);

        collector.Forget();
        sum.Add(3);
        var next = await collector.MetricAsync("sum", metric => metric.Whole != 2);
        Assert.Equal(temporality == OpenTelemetryMetricTemporality.Delta ? 3 : 5, next.Whole);
    }

    [Fact]
    public void OpenTelemetry_WithoutACollectorOrBesideAnother_IsRefused()
    {
        static TemporalRuntime Runtime(MetricsOptions metrics) => new(new(new() { Metrics = metrics }));
        Assert.Throws<ArgumentException>(() => Runtime(new(new OpenTelemetryOptions())));
        Assert.Throws<ArgumentException>(() => Runtime(new(new OpenTelemetryOptions("ftp://127.0.0.1:1"))));
        Assert.Throws<ArgumentException>(() =>
            Runtime(new(new OpenTelemetryOptions("http://127.0.0.1:1")) { Prometheus = new("127.0.0.1:1") })
        );
    }

    [Fact]
    public async Task CustomMeter_OfARuntime_GetsWhatClientAndWorkerMeasure()
    {
        using var meter = new Meter($"meter-{Guid.NewGuid():N}");
        ConcurrentBag<(string Name, double Value, IReadOnlyDictionary<string, object?> Tags)> heard = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter == meter)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((of, value, tags, _) => heard.Add((of.Name, value, tags.ToArray().ToDictionary())));
        listener.SetMeasurementEventCallback<double>((of, value, tags, _) => heard.Add((of.Name, value, tags.ToArray().ToDictionary())));
        listener.Start();
        var runtime = new TemporalRuntime(
            new()
            {
                Telemetry = new()
                {
                    Metrics = new()
                    {
                        CustomMetricMeter = new CustomMetricMeter(meter),
                        GlobalTags = [new("where", "here")],
                        AttachServiceName = false,
                        MetricPrefix = "own_",
                    },
                },
            }
        );

        var client = await TemporalClient.ConnectAsync(Options(runtime));
        await server.WithWorkerAsync(
            queue => client.ExecuteWorkflowAsync((MeteredWorkflow workflow) => workflow.RunAsync(), TestServer.Start(queue)),
            worker => worker.AddWorkflow<MeteredWorkflow>(),
            client
        );

        Assert.Contains(heard, one => one.Name == "own_request" && (string)one.Tags["operation"]! == "StartWorkflowExecution");
        Assert.Contains(heard, one => one.Name == "own_workflow_completed" && (string)one.Tags["where"]! == "here");
        var (_, value, tags) = Assert.Single(heard, one => one.Name == "temporal_by_workflow");
        Assert.Equal(7, value);
        Assert.Equal((12L, 0.5, "MeteredWorkflow"), (tags["whole"], tags["part"], tags["workflow_type"]));
        Assert.DoesNotContain("service_name", tags.Keys);
    }

    [Fact]
    public void Gauge_OfAMeter_TellsTheLastValueOfEachCombinationOfTagsWhenAsked()
    {
        using var meter = new Meter($"gauges-{Guid.NewGuid():N}");
        var heard = new List<(long Value, string Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == meter.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => heard.Add((value, string.Join(",", tags.ToArray()))));
        listener.Start();
        var custom = new CustomMetricMeter(meter);
        var one = custom.CreateTags(appendFrom: null, [new("a", "b"), new("c", 1L)]);
        var same = custom.CreateTags(custom.CreateTags(appendFrom: null, [new("c", 1L)]), [new("a", "b")]);

        custom.CreateGauge<long>("gauge", unit: null, description: null).Set(1, one);
        custom.CreateGauge<long>("gauge", unit: null, description: null).Set(2, same);
        custom.CreateGauge<long>("gauge", unit: null, description: null).Set(3, custom.CreateTags(appendFrom: null, []));

        Assert.Equal(one, same);
        Assert.Empty(heard);
        listener.RecordObservableInstruments();
        Assert.Equal([(2L, "[a, b],[c, 1]"), (3L, "")], heard.OrderBy(h => h.Value));
    }

    [Fact]
    public async Task LogForwarding_OfAFailedTask_ReachesTheLoggerWithOrWithoutFields()
    {
        foreach (var fields in (bool[])[true, false])
        {
            var log = new Heard();
            string? run = null;
            var runtime = new TemporalRuntime(
                new() { Telemetry = new() { Logging = new() { Forwarding = new(log) { IncludeFields = fields } } } }
            );
            var client = await TemporalClient.ConnectAsync(Options(runtime));
            await server.WithWorkerAsync(
                async queue =>
                {
                    var handle = await client.StartWorkflowAsync(
                        (FailingWorkflow workflow) => workflow.RunAsync(),
                        TestServer.Start(queue)
                    );
                    run = handle.ResultRunId;
                    await Eventually.TrueAsync(() => !log.Entries.IsEmpty);
                },
                worker => worker.AddWorkflow<FailingWorkflow>(),
                client
            );

            Assert.All(log.Entries, entry => Assert.True(entry.Level >= LogLevel.Warning));
            var (_, state, text) = log.Entries.First();
            var said = new Dictionary<string, object?>(Assert.IsAssignableFrom<IEnumerable<KeyValuePair<string, object?>>>(state));
            Assert.Equal(["Level", "Target", "Message", "Timestamp", "JsonFields"], said.Keys);
            Assert.Equal((LogLevel.Warning, "Failing workflow task"), ((LogLevel)said["Level"]!, (string)said["Message"]!));
            Assert.Equal("temporalio_sdk_core::worker::workflow", said["Target"]);
            Assert.InRange((DateTime)said["Timestamp"]!, DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow.AddMinutes(5));
            const string begin = "[sdk_core::temporalio_sdk_core::worker::workflow] Failing workflow task";
            if (fields)
            {
                var json = Assert.IsAssignableFrom<IReadOnlyDictionary<string, string>>(said["JsonFields"]);
                Assert.Equal($"\"{run}\"", json["run_id"]);
                Assert.Contains(FailingWorkflow.Words, json["failure"], StringComparison.Ordinal);
                Assert.StartsWith(begin + " ", text, StringComparison.Ordinal);
                Assert.Contains(FailingWorkflow.Words, text, StringComparison.Ordinal);
            }
            else
            {
                Assert.Null(said["JsonFields"]);
                Assert.Equal(begin, text);
            }
        }
    }

    [Fact]
    public void Options_ThatContradictOrLack_AreRefused()
    {
        Refused(new() { Metrics = new() { Prometheus = new() } });
        Refused(new() { Metrics = new() { Prometheus = new("nowhere") } });
        Refused(
            new()
            {
                Metrics = new() { Prometheus = new("127.0.0.1:1"), CustomMetricMeter = new CustomMetricMeter(new("m")) },
            }
        );
        Refused(new() { Logging = new() { Forwarding = new() } });

        static void Refused(TelemetryOptions telemetry) =>
            Assert.Throws<ArgumentException>(() => new TemporalRuntime(new() { Telemetry = telemetry }));
    }

    private static (TemporalRuntime Runtime, string Address) WithPrometheus(PrometheusOptions options)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            options.BindAddress = free.LocalEndpoint.ToString();
            free.Stop();
            try
            {
                return (new(new() { Telemetry = new() { Metrics = new(options) } }), options.BindAddress!);
            }
            catch (ArgumentException) when (attempt < 5)
            {
                // Somebody else was given the port in between.
            }
        }
    }

    private static async Task<string> ReadAsync(string address)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://{address}/metrics"));
    }

    private TemporalClientConnectOptions Options(TemporalRuntime runtime)
    {
        var options = server.Options();
        options.Runtime = runtime;
        return options;
    }

    [Workflow]
    public sealed class MeteredWorkflow
    {
        [WorkflowRun]
        public Task RunAsync()
        {
            Workflow.MetricMeter.CreateCounter<int>("temporal_by_workflow").Add(7, [new("whole", 12), new("part", 0.5f)]);
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public sealed class FailingWorkflow
    {
        public const string Words = "on purpose";

        [WorkflowRun]
        public Task RunAsync() => throw new InvalidOperationException(Words);
    }

    private sealed class Heard : ILogger
    {
        public ConcurrentQueue<(LogLevel Level, object? State, string Text)> Entries { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? error, Func<TState, Exception?, string> format) =>
            Entries.Enqueue((level, state, format(state, error)));
    }
}
