using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Benchmarks.Git;
using Orchestrator.Network;
using Orchestrator.Processes;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>The proxy of sandboxes: bytes through one connection against the machine's loopback, and the start of a program with a
/// network of its own against one without.</summary>
internal static class NetworkBenchmark
{
    private const long Size = 1L << 30;
    private const int Chunk = 1 << 17;
    private const int Rounds = 3;
    private const int Starts = 21;
    private const double LeastRate = 100;
    private const double MostMilliseconds = 120;
    private const int Sandboxes = 60;
    private const double MostMegabytes = 300;
    private const string ProxyFile = "proxy3.pid";

    /// <summary>Prints three lines of a Markdown table.</summary>
    /// <param name="program">Path of the built command.</param>
    internal static async Task<int> RunAsync(string program)
    {
        if ((await new Bubblewrap().CheckAsync()).Program is not { } bubblewrap)
        {
            Console.Error.WriteLine("network: bubblewrap is not installed, or does not work here.");
            return 2;
        }
        var folder = Directory.CreateTempSubdirectory("network-bench-").FullName;
        try
        {
            var real = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
            SandboxProxyRegistrar networks = new([real], Path.Combine(folder, "net"), TimeProvider.System);
            Sandbox plain = new(bubblewrap) { Visible = [folder, Path.GetDirectoryName(real)!], Writable = [folder] };
            Task<SandboxNetwork> RegisterAsync(params string[] allow) =>
                networks.RegisterAsync(
                    new SandboxRegistrationRequest(
                        "bench",
                        NetworkMode.Listed,
                        allow,
                        Path.Combine(folder, "log.jsonl"),
                        new SandboxLabels()
                    ),
                    CancellationToken.None
                );
            var rate = await MeasureRateAsync(plain, RegisterAsync);
            var more = await MeasureStartAsync(plain, () => RegisterAsync());
            var memory = await MeasureMemoryAsync(plain, () => RegisterAsync(), Path.Combine(folder, "net", ProxyFile));
            return rate >= LeastRate && more <= MostMilliseconds && memory <= MostMegabytes ? 0 : 1;
        }
        finally
        {
            if (ProcessIdentity.TryParse(DurableFile.TryRead(Path.Combine(folder, "net", ProxyFile))) is { } proxy)
            {
                await new ProcessStopper().StopAsync(proxy, PosixStopSignal.Terminate, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
            }
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> MeasureRateAsync(Sandbox plain, Func<string[], Task<SandboxNetwork>> registerAsync)
    {
        using var host = Listen();
        _ = ServeAsync(host);
        var place = $"localhost:{((IPEndPoint)host.LocalEndPoint!).Port}";
        List<double> direct = [];
        List<double> proxied = [];
        for (var round = -1; round < Rounds; round++)
        {
            var one = await RateAsync(plain, place);
            var other = await RateAsync(
                plain with
                {
                    Network = await registerAsync([place]),
                },
                place,
                "-x",
                $"http://127.0.0.1:{SandboxProxyRegistrar.ProxyPort}"
            );
            if (round >= 0)
            {
                direct.Add(one);
                proxied.Add(other);
            }
        }
        var (without, with) = (Timing.Median(direct), Timing.Median(proxied));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| 1 GB by one connection of curl in a sandbox through the proxy | the machine's network: {without:0} MB/s | "
                    + $"{with:0} MB/s | {with / without:0.00} | bar {LeastRate:0} MB/s |"
            )
        );
        return with;
    }

    private static async Task<double> MeasureStartAsync(Sandbox plain, Func<Task<SandboxNetwork>> registerAsync)
    {
        List<double> without = [];
        List<double> with = [];
        for (var round = -2; round < Starts; round++)
        {
            var one = await Timing.MillisecondsAsync(() => StartAsync(plain));
            var other = await Timing.MillisecondsAsync(async () => await StartAsync(plain with { Network = await registerAsync() }));
            if (round >= 0)
            {
                without.Add(one);
                with.Add(other);
            }
        }
        var more = Timing.Median(without.Zip(with, (one, other) => other - one));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| start of a program in a sandbox with a network of its own | without: {Timing.Median(without):0.0} ms | "
                    + $"{Timing.Median(with):0.0} ms | {more:0.0} ms more | bar {MostMilliseconds:0} ms more |"
            )
        );
        return more;
    }

    /// <summary>Memory of the proxy and of so many sandboxes at a time, without the programs in them. Pages that processes share are
    /// counted once.</summary>
    private static async Task<double> MeasureMemoryAsync(Sandbox plain, Func<Task<SandboxNetwork>> registerAsync, string proxyFile)
    {
        using CancellationTokenSource stop = new();
        List<Task> running = [];
        var earlier = IdsOf("sleep").Count();
        for (var i = 0; i < Sandboxes; i++)
        {
            var sandbox = plain with { Network = await registerAsync() };
            running.Add(new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sleep", "600") { Sandbox = sandbox }, stop.Token));
        }
        while (IdsOf("sleep").Count() < earlier + Sandboxes)
        {
            await Task.Delay(100);
        }
        var proxy = ProcessIdentity.TryParse(DurableFile.TryRead(proxyFile))!.ProcessId;
        var kilobytes = IdsOf("bwrap").Append(proxy).Sum(MemoryOf);
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| memory of {Sandboxes} sandboxes at a time with networks of their own, and of the proxy | without: 0 MB | "
                    + $"{kilobytes / 1000.0:0} MB | | bar {MostMegabytes:0} MB |"
            )
        );
        return kilobytes / 1000.0;
    }

    private static IEnumerable<int> IdsOf(string name) => Process.GetProcessesByName(name).Select(process => process.Id);

    private static long MemoryOf(int id) =>
        File.ReadLines($"/proc/{id}/smaps_rollup")
            .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));

    private static async Task StartAsync(Sandbox sandbox)
    {
        var ran = await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/true") { Sandbox = sandbox });
        if (!ran.Succeeded)
        {
            throw new InvalidOperationException($"The sandbox did not start: {ran.StandardError.Text}");
        }
    }

    private static async Task<double> RateAsync(Sandbox sandbox, string place, params string[] options)
    {
        string[] words =
        [
            "-sS",
            "--noproxy",
            "",
            .. options,
            "-o",
            "/dev/null",
            "-w",
            "%{size_download} %{speed_download}",
            $"http://{place}/",
        ];
        var ran = await new ProcessRunner().RunAsync(new ChildProcessOptions("curl", words) { Sandbox = sandbox });
        return ran.StandardOutput.Text.Split(' ') is [var size, var speed] && long.Parse(size, CultureInfo.InvariantCulture) == Size
            ? double.Parse(speed, CultureInfo.InvariantCulture) / 1e6
            : throw new InvalidOperationException($"curl received '{ran.StandardOutput.Text}': {ran.StandardError.Text}");
    }

    private static async Task ServeAsync(Socket host)
    {
        var chunk = new byte[Chunk];
        while (true)
        {
            using var client = await host.AcceptAsync();
            await client.ReceiveAsync(new byte[4096]);
            await client.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n"));
            for (long sent = 0; sent < Size; sent += chunk.Length)
            {
                await client.SendAsync(chunk);
            }
            client.Shutdown(SocketShutdown.Both);
        }
    }

    private static Socket Listen()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }
}
