# What a jail with its own hostname and a fresh /proc looks like from inside.
echo "I am $(cat /proc/sys/kernel/hostname), and these are all the processes there are:"
for process in /proc/[0-9]*; do
  read -r name <"$process/comm" 2>/dev/null && echo "  ${process#/proc/} $name"
done
exec sleep infinity
