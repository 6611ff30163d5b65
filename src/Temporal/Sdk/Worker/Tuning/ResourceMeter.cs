using System.Globalization;

namespace Temporalio.Worker.Tuning;

/// <summary>How busy the machine is, looked at no more often than ten times a second.</summary>
internal sealed class ResourceMeter(TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private DateTimeOffset _lookedAt;
    private (double Busy, double Total) _processor;
    private double _cpuUsage;
    private double _memoryUsage;

    /// <summary>Share of processor time in use since the last look, 0 to 1.</summary>
    public double CpuUsage => Look().Cpu;

    /// <summary>Share of memory in use, 0 to 1; within a container, of its limit.</summary>
    public double MemoryUsage => Look().Memory;

    private (double Cpu, double Memory) Look()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now - _lookedAt >= Fresh)
            {
                var processor = Processor();
                if (processor.Total > _processor.Total)
                {
                    _cpuUsage = (processor.Busy - _processor.Busy) / (processor.Total - _processor.Total);
                }

                _processor = processor;
                var memory = GC.GetGCMemoryInfo();
                _memoryUsage = memory.TotalAvailableMemoryBytes > 0 ? (double)Environment.WorkingSet / memory.TotalAvailableMemoryBytes : 0;
                _lookedAt = now;
            }

            return (_cpuUsage, _memoryUsage);
        }
    }

    // Linux counts the whole machine; elsewhere only this process is seen.
    private static (double Busy, double Total) Processor()
    {
        const string Path = "/proc/stat";
        if (!File.Exists(Path))
        {
            var total = TimeSpan.FromMilliseconds(Environment.TickCount64) * Environment.ProcessorCount;
            return (Environment.CpuUsage.TotalTime.TotalSeconds, total.TotalSeconds);
        }

        var numbers = File.ReadLines(Path)
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture))
            .ToArray();

        // user nice system idle iowait irq softirq steal; guest times are within user.
        var all = numbers.Take(8).Sum();
        return (all - numbers[3] - numbers[4], all);
    }
}
