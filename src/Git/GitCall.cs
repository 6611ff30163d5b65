using System.Text;
using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>One start of the git program.</summary>
/// <param name="Directory">The working directory.</param>
/// <param name="Arguments">The arguments after our common options.</param>
internal sealed record GitCall(string Directory, IReadOnlyList<string> Arguments)
{
    /// <summary>Standard input.</summary>
    internal ProcessInput Input { get; init; } = ProcessInput.None;

    /// <summary>Exit codes that are answers and not faults.</summary>
    internal IReadOnlyList<int> AnswerCodes { get; init; } = [0];

    /// <summary>More settings, as <c>name=value</c>.</summary>
    internal IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>More environment.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Bytes of output to keep.</summary>
    internal int OutputLimit { get; init; } = 512 * 1024 * 1024;

    /// <summary>True: more output than <see cref="OutputLimit"/> is cut and no fault.</summary>
    internal bool MayBeCut { get; init; }
}

/// <summary>What git answered.</summary>
internal sealed record GitOutput(int ExitCode, ReadOnlyMemory<byte> Bytes, bool IsCut, string ErrorText)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The output as text, without newlines at its end.</summary>
    internal string Text => Encoding.UTF8.GetString(Bytes.Span).TrimEnd('\n');

    /// <summary>The lines of the output.</summary>
    internal string[] Lines => Text.Length == 0 ? [] : Text.Split('\n');

    /// <summary>The fields of <c>-z</c> output, each without its NUL.</summary>
    /// <exception cref="GitException">A file name is not UTF-8.</exception>
    internal string[] Fields()
    {
        try
        {
            var text = Strict.GetString(Bytes.Span);
            return text.Length == 0 ? [] : (text.EndsWith('\0') ? text[..^1] : text).Split('\0');
        }
        catch (DecoderFallbackException e)
        {
            throw new GitException(
                $"A file name in the repository is not UTF-8 (near '{Encoding.UTF8.GetString(Bytes.Span.Slice(Math.Max(0, e.Index - 40), Math.Min(80, Bytes.Length - Math.Max(0, e.Index - 40)))).Replace('\0', ' ')}'). Rename that file.",
                inner: e);
        }
    }
}
