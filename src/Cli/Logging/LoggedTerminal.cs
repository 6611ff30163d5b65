using Orchestrator.Cli.Console;
using Serilog;
using Serilog.Core;

namespace Orchestrator.Cli.Logging;

/// <summary>A console that sends all messages for the user to the log, which writes them to the real console.</summary>
internal sealed class LoggedTerminal(ITerminal inner, ILogger log) : ITerminal
{
    /// <summary>Source name of the log events that contain messages for the user.</summary>
    public const string Source = "orchestrate";

    /// <summary>Name of the log property that contains the suggested fix for an error.</summary>
    public const string Cure = "Cure";

    private readonly ILogger _log = log.ForContext(Constants.SourceContextPropertyName, Source);

    public bool IsInteractive => inner.IsInteractive;

    public bool HasScreen => inner.HasScreen;

    public int Width => inner.Width;

    public int Height => inner.Height;

    public int OutputWidth => inner.OutputWidth;

    public ColorChoice Colors
    {
        set => inner.Colors = value;
    }

    public void Show(ScreenLine line) => inner.Show(line);

    public bool IsPlainDocument => inner.IsPlainDocument;

    public void ShowRendered(IReadOnlyList<string> lines) => inner.ShowRendered(lines);

    public string Rendered(ScreenLine line) => inner.Rendered(line);

    public IEnumerable<string> Rendered(UntrustedText block) => inner.Rendered(block);

    public void Inform(ScreenLine line) => Inform(line.Text);

    public void Result(string text) => inner.Result(text);

    public void Document(string text) => inner.Document(text);

    public void Show(string line) => inner.Show(line);

    public void Show(UntrustedText block) => inner.Show(block);

    public void Inform(string line) => _log.Information("{Text:l}", line);

    public void Inform(UntrustedText block)
    {
        foreach (var line in block.Block())
        {
            Inform(line);
        }
    }

    public void Warn(string line) => _log.Warning("{Text:l}", line);

    public void Fail(string message, string cure) => _log.ForContext(Cure, cure).Error("{Text:l}", message);

    public string ReadInput() => inner.ReadInput();

    public (Stream Input, Stream Output) OpenStreams() => inner.OpenStreams();

    public bool? Ask(string question, bool byDefault = false) => inner.Ask(question, byDefault);

    public string? AskText(string question) => inner.AskText(question);

    public void Report(IReadOnlyList<TerminalTabStatusRecord> records) => inner.Report(records);

    public TerminalKey? TryReadKey() => inner.TryReadKey();

    public void Redraw(IReadOnlyList<ScreenLine> lines) => inner.Redraw(lines);

    public void EndRedraw() => inner.EndRedraw();
}
