using System.Text;

namespace Orchestrator.Cli.Console;

/// <summary>Buffers a command's output up to a limit, because an endless log must not fill the memory of the server.
/// Thread-safe.</summary>
/// <param name="most">Limit in characters.</param>
internal sealed class LimitedWriter(int most) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        lock (_lock)
        {
            if (value is not null && _text.Length + value.Length <= most)
            {
                _text.Append(value);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_lock)
        {
            return _text.ToString();
        }
    }
}
