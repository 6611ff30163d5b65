using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.NightBench;
using Orchestrator.NightBench.Plots;

// Usage: NightBench PROGRAM [--nights N] [--seed S] [--tasks N] [--adapter NAME|SCRIPT] [--out FILE] [--keep]
//        [--small-disk FOLDER | --no-small-disk REASON]
//        NightBench render FILE [FOLDER]
if (args is ["render", var results, .. var rest])
{
    return Render([.. File.ReadLines(results).Select(NightResult.Parse)], rest.FirstOrDefault());
}
var seed = Option("--seed", Random.Shared.Next(1_000_000));
var nights = Option("--nights", 1);
var bench = new Bench(Text("--adapter") ?? "orchestrate", Path.GetFullPath(args[0]))
{
    SmallDisk = Text("--small-disk"),
    NoSmallDisk = Text("--small-disk") is null ? Text("--no-small-disk") ?? "no small disk was given" : null,
    Keeps = args.Contains("--keep"),
};
using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
Console.Error.WriteLine($"{nights} nights from seed {seed}");
for (var night = 0; night < nights; night++)
{
    var result = await bench.PlayAsync(seed + night, Option("--tasks", 60), stop.Token);
    Console.WriteLine(result.ToJson());
    if (Text("--out") is { } file)
    {
        await File.AppendAllTextAsync(file, result.ToJson() + "\n");
    }
}
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static int Render(IReadOnlyList<NightResult> results, string? folder)
{
    Console.Write(ResultTable.Render(results));
    if (folder is not null)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "nightbench-wall-clock.svg"), DotPlot.WallClock.Render(results));
        File.WriteAllText(Path.Combine(folder, "nightbench-landed.svg"), DotPlot.Landed.Render(results));
    }
    return 0;
}

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var index && index + 1 < args.Length ? args[index + 1] : null;

int Option(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
