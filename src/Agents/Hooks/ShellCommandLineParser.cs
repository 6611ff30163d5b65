using System.Text;

namespace Orchestrator.Agents.Hooks;

/// <summary>
/// Splits a shell command line into simple commands and words, well enough to identify the programs that it runs. Runs no shell and leaves
/// variables and command substitutions unexpanded. Prevents mistakes, not attacks.
/// </summary>
internal static class ShellCommandLineParser
{
    internal static IReadOnlyList<IReadOnlyList<string>> Parse(string text) => new ShellWordReader(text).ReadAll();

    private sealed class ShellWordReader(string text)
    {
        private readonly List<IReadOnlyList<string>> _commands = [];
        private readonly Queue<string> _hereDocuments = new();
        private readonly StringBuilder _word = new();
        private List<string> _words = [];
        private bool _inWord;
        private int _at;

        internal List<IReadOnlyList<string>> ReadAll()
        {
            while (_at < text.Length)
            {
                ReadNext();
            }
            EndCommand();
            return _commands;
        }

        private void ReadNext()
        {
            var c = text[_at++];
            switch (c)
            {
                case '\'':
                    ReadQuoted('\'');
                    break;
                case '"':
                    ReadQuoted('"');
                    break;
                case '\\' when _at < text.Length:
                    // A backslash at the end of a line joins two lines.
                    if (text[_at] != '\n')
                    {
                        Append(text[_at]);
                    }
                    _at++;
                    break;
                case '<' when text.AsSpan(_at - 1).StartsWith("<<") && !text.AsSpan(_at - 1).StartsWith("<<<"):
                    ReadHereDocumentStart();
                    break;
                case '#' when !_inWord:
                    _at = EndOfLine();
                    break;
                case '\n':
                    EndCommand();
                    SkipHereDocuments();
                    break;
                case ';' or '&' or '|' or '(' or ')' or '`' or '{' or '}' when !IsBraceInWord(c):
                    EndCommand();
                    break;
                case ' ' or '\t' or '\r' or '<' or '>':
                    EndWord();
                    break;
                default:
                    Append(c);
                    break;
            }
        }

        private bool IsBraceInWord(char c)
        {
            var isPartOfWord = c is '{' or '}' && _inWord;
            if (isPartOfWord)
            {
                Append(c);
            }
            return isPartOfWord;
        }

        private void ReadQuoted(char quote)
        {
            _inWord = true;
            while (_at < text.Length && text[_at] != quote)
            {
                if (quote == '"' && text[_at] == '\\' && _at + 1 < text.Length)
                {
                    _at++;
                }
                _word.Append(text[_at++]);
            }
            _at++;
        }

        private void ReadHereDocumentStart()
        {
            EndWord();
            _at++;
            while (_at < text.Length && text[_at] is '-' or ' ')
            {
                _at++;
            }
            var begin = _at;
            while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (';' or '|' or '&' or ')' or '>'))
            {
                _at++;
            }
            _hereDocuments.Enqueue(text[begin.._at].Trim('\'', '"', '\\'));
        }

        private void SkipHereDocuments()
        {
            while (_hereDocuments.TryDequeue(out var end))
            {
                while (_at < text.Length)
                {
                    var lineEnd = EndOfLine();
                    var line = text[_at..lineEnd].Trim();
                    _at = Math.Min(text.Length, lineEnd + 1);
                    if (line == end)
                    {
                        break;
                    }
                }
            }
        }

        private int EndOfLine()
        {
            var end = text.IndexOf('\n', _at);
            return end < 0 ? text.Length : end;
        }

        private void Append(char c)
        {
            _inWord = true;
            _word.Append(c);
        }

        private void EndWord()
        {
            if (_inWord)
            {
                _words.Add(_word.ToString());
                _word.Clear();
                _inWord = false;
            }
        }

        private void EndCommand()
        {
            EndWord();
            if (_words.Count > 0)
            {
                _commands.Add(_words);
                _words = [];
            }
        }
    }
}
