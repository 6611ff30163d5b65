using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Orchestrator.Temporal.Server.Tests.Storage;
using Orchestrator.TestKit.Rpc;
using Temporal.Server;
using Temporal.Server.Verification;
using Temporalio.Api.TestService.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Server.Tests.Soak;

/// <summary>
/// A week of schedules, cron, retries and timeouts on a clock that skips: it all happens, and memory and file stay as they were.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Days = 7;
    private const long Megabyte = 1024 * 1024;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    [Fact]
    [Trait("Category", "Full")]
    public async Task Week_OfSchedulesCronRetriesAndTimeouts_KeepsMemoryFlat()
    {
        using var folder = new EngineFolder();
        var socket = Path.Combine(Path.GetTempPath(), "soak-" + Guid.NewGuid().ToString("N")[..12] + ".sock");
        var memory = new List<long>();
        var files = new List<long>();
        await using (
            var server = new TemporalServer(
                new TemporalServerOptions
                {
                    DatabasePath = folder.DatabasePath,
                    SocketPath = socket,
                    TimeSkipping = true,
                }
            )
        )
        {
            await server.StartAsync();
            using var calls = new RpcClient(server.Addresses[0]);
            using var stop = new CancellationTokenSource();
            var load = new SoakLoad(calls);
            var working = load.WorkAsync(stop.Token);
            await load.BeginAsync();
            for (var day = 1; day <= Days; day++)
            {
                await calls.CallAsync(
                    "/temporal.api.testservice.v1.TestService/UnlockTimeSkippingWithSleep",
                    new SleepRequest { Duration = Duration.FromTimeSpan(Day) },
                    SleepResponse.Parser,
                    Limit,
                    cancellationToken: stop.Token
                );
                var deleted = await server.Parts.Retention.DeleteExpiredAsync();
                memory.Add(GC.GetTotalMemory(forceFullCollection: true));
                files.Add(new FileInfo(folder.DatabasePath).Length);
                output.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"day {day}: {load.Closed} workflows, {deleted} deleted, {memory[^1] / Megabyte} MB in memory, "
                            + $"{files[^1] / Megabyte} MB in the file"
                    )
                );
            }

            await stop.CancelAsync();
            await working;
            load.AssertWeek(Days);
        }

        // The first two days fill caches, and nothing is old enough to be deleted before the second ends.
        Assert.True(
            memory[^1] < (memory[1] * 1.25) + (4 * Megabyte),
            $"memory grew: {string.Join(", ", memory)} bytes at the end of each day"
        );
        Assert.True(
            files[^1] < (files[1] * 1.5) + (4 * Megabyte),
            $"the file grew: {string.Join(", ", files)} bytes at the end of each day"
        );
        Assert.Empty(EngineDatabaseVerifier.Verify(folder.DatabasePath).Faults);
    }
}
