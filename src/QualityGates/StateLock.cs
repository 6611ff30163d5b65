using System.Globalization;
using System.Text;

namespace Orchestrator.QualityGates;

/// <summary>
/// A file of the user's state that one process at a time has open, for as long as it takes to read and write a few others; the system frees it when its holder dies. It holds a number that
/// only grows.
/// </summary>
internal sealed class StateLock : IDisposable
{
    private const int Digits = 18;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>The number. Of a file that was cut short it is 0.</summary>
    internal long Number
    {
        get
        {
            Span<byte> text = stackalloc byte[Digits];
            _file.Position = 0;
            int length = _file.ReadAtLeast(text, Digits, throwOnEndOfStream: false);
            return length == Digits && long.TryParse(Encoding.ASCII.GetString(text), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
        }

        set
        {
            _file.Position = 0;
            _file.Write(Encoding.ASCII.GetBytes(value.ToString($"D{Digits}", CultureInfo.InvariantCulture)));
            _file.Flush();
        }
    }

    /// <summary>Waits for the lock of a folder, which is made where it is missing.</summary>
    internal static async Task<StateLock> TakeAsync(string folder, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "lock");
        while (true)
        {
            try
            {
                // On Unix this takes flock(2) for the whole file; children do not inherit it.
                return new StateLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                // Somebody has it.
            }

            await Task.Delay(Pause, stop);
        }
    }

    public void Dispose() => _file.Dispose();
}
